import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { toolEnvironment } from '../configuration/tool-environment.js';
import { RefusedError } from '../core/errors.js';
import { makeDirectory } from './private-directory.js';

/**
 * Runs `body` while this process, and no other on this machine, holds the lock on `lockFile`; waits for its turn.
 *
 * The lock is the kernel's (flock), held by a child that lives only as long as the pipe to it: whoever dies, even
 * by kill -9, lets go of it, so there is no stale lock to clear up. The file itself stays where it is.
 *
 * @throws RefusedError where `flock` (util-linux) is not installed, or the file cannot be made
 */
export async function withFileLock<T>(lockFile: string, body: () => Promise<T>): Promise<T> {
  await makeDirectory(dirname(lockFile));
  const release = await acquire(lockFile);
  try {
    return await body();
  } finally {
    release();
  }
}

function acquire(lockFile: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const holder = spawn('flock', ['--exclusive', lockFile, 'sh', '-c', 'echo held; exec cat'], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: toolEnvironment(),
      // A Ctrl-C on the terminal goes to the whole process group: it must not take the lock away under our hands.
      detached: true,
    });
    let complaint = '';
    holder.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    holder.stdout.once('data', () => resolve(() => holder.stdin.end()));
    holder.once('error', (cause) =>
      reject(
        new RefusedError('The program `flock` cannot be run, and without it two commands could collide.', {
          hint: 'sudo apt-get install util-linux',
          cause,
        }),
      ),
    );
    holder.once('exit', () =>
      reject(new RefusedError(`Cannot lock ${lockFile}: ${complaint.trim() || 'flock ended'}`)),
    );
  });
}
