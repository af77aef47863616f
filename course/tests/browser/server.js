// Starts `cargo course` as a reader does, and ends it by its process id.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { repository } from './tree.js';

// The first start compiles the whole tool.
const STARTS_WITHIN_MS = 10 * 60_000;
const STOPS_WITHIN_MS = 10_000;

/**
 * How to start `cargo course` with these arguments: the command, and its arguments. We build it from the
 * repository, because its target directory has most of it already. If COURSE names a command, that one starts.
 */
export function program(args) {
  const build = ['run', '--manifest-path', path.join(repository, 'Cargo.toml'), '--package', 'course', '--'];
  return process.env.COURSE ? [process.env.COURSE, args] : ['cargo', [...build, ...args]];
}

/**
 * Serves the copy at `root`. The working directory decides which course the command serves.
 */
export async function serve(root, port = 0) {
  const [command, args] = program(['--no-open', '--port', String(port)]);
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let said = '';
  const address = await new Promise((resolve, reject) => {
    const watchdog = setTimeout(() => reject(new Error(`cargo course printed no address in time. It said:\n${said}`)), STARTS_WITHIN_MS);
    const listen = (chunk) => {
      said += chunk;
      const found = said.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found) {
        clearTimeout(watchdog);
        resolve(found[0]);
      }
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`cargo course ended with ${code}. It said:\n${said}`)));
  });
  return { address, said: () => said, stop: () => stop(child) };
}

// A separate process group for cargo, the server and every process that the server starts.
async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  process.kill(-child.pid, 'SIGINT');
  const watchdog = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), STOPS_WITHIN_MS);
  await ended;
  clearTimeout(watchdog);
}
