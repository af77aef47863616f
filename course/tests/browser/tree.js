// A copy of the repository for the test to edit. The reader's own files and progress stay
// untouched.

import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** The repository of this test. */
export const repository = path.resolve(import.meta.dirname, '../../..');

/** Copies all files that git tracks or would track. Returns the copy's root and a function to remove it. */
export async function copyOfRepository() {
  const root = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), 'wakeful-browser-')));
  const { stdout } = await promisify(execFile)('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: repository,
    maxBuffer: 64 * 1024 * 1024,
  });
  for (const file of stdout.split('\0').filter(Boolean)) {
    const to = path.join(root, file);
    await fs.mkdir(path.dirname(to), { recursive: true });
    // Git still lists a file that was deleted without a commit.
    await fs.copyFile(path.join(repository, file), to).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
  return { root, remove: () => fs.rm(root, { recursive: true, force: true, maxRetries: 5 }) };
}
