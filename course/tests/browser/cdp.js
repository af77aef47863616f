// A browser as a person has it: several tabs, of which one is visible. Playwright
// makes every page visible, so this speaks the browser's own protocol.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { FLAGS } from './reader.js';

const PATIENCE_MS = 30_000;
const LOOK_AGAIN_MS = 50;

/** Starts a browser. Returns `open` for a tab and `close` for the browser. */
export async function openTabs() {
  const profile = await fs.mkdtemp(path.join(os.tmpdir(), 'wakeful-profile-'));
  const args = [...FLAGS, `--user-data-dir=${profile}`, '--remote-debugging-pipe'];
  const child = spawn(process.env.CHROMIUM ?? '/usr/bin/chromium', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  const [to, from] = [child.stdio[3], child.stdio[4]];
  const answers = new Map();
  const listeners = new Map();
  let last = 0;
  let rest = '';
  from.setEncoding('utf8');
  from.on('data', (chunk) => {
    const messages = (rest + chunk).split('\0');
    rest = messages.pop();
    for (const message of messages.map(JSON.parse)) {
      if (message.id) answers.get(message.id)(message);
      else listeners.get(message.sessionId)?.(message);
    }
  });
  async function send(method, params = {}, sessionId = undefined) {
    const id = (last += 1);
    const answer = new Promise((resolve) => answers.set(id, resolve));
    to.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const { result, error } = await within(answer, () => `no answer to ${method}`);
    answers.delete(id);
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  /** Opens `address` in a tab: in the background, or in a window of its own. */
  async function open(address, { background }) {
    const { targetId } = await send('Target.createTarget', { url: 'about:blank', background, newWindow: !background });
    const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
    const streams = new Set();
    listeners.set(sessionId, ({ method, params }) => {
      if (method === 'Network.requestWillBeSent' && new URL(params.request.url).pathname === '/api/events') streams.add(params.requestId);
      if (['Network.loadingFinished', 'Network.loadingFailed'].includes(method)) streams.delete(params.requestId);
    });
    await send('Network.enable', {}, sessionId);
    await send('Runtime.enable', {}, sessionId);
    const ask = async (expression) => {
      const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, sessionId);
      assert.equal(exceptionDetails, undefined, JSON.stringify(exceptionDetails));
      return result.value;
    };
    const tab = {
      ask,
      /** How many event streams it holds. */
      streams: () => streams.size,
      /** Waits until an expression is true in the tab, even if the tab loads a page. */
      until: (expression) => until(() => ask(expression).catch(falseWhileLoading), expression),
      show: () => send('Target.activateTarget', { targetId }),
      close: () => send('Target.closeTarget', { targetId }),
    };
    await send('Page.navigate', { url: address }, sessionId);
    return tab;
  }
  async function close() {
    const watchdog = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    send('Browser.close').catch(() => {});
    await ended;
    clearTimeout(watchdog);
    await fs.rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  return { open, close };
}

function falseWhileLoading(error) {
  if (/navigated|context/i.test(error.message)) return false;
  throw error;
}

/** Looks again and again until `look` returns true. */
export async function until(look, what) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await look())) {
    assert.ok(Date.now() < deadline, `waited ${PATIENCE_MS / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

async function within(answer, what) {
  let watchdog;
  const late = new Promise((_, reject) => {
    watchdog = setTimeout(() => reject(new Error(`${what()} within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(watchdog);
  }
}
