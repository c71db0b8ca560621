import { lstat, mkdir } from 'node:fs/promises';
import { RefusedError } from '../core/errors.js';

/**
 * Makes a folder that nobody but this user may enter, or makes sure that the one that is there is such a folder:
 * under a shared temporary folder, somebody else could have made it first, or put a link there.
 *
 * @throws RefusedError if it cannot be made, is a link, another user's, or open to others
 */
export async function ensurePrivateDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new RefusedError(`The sandbox cannot make its folder ${path}: ${(cause as Error).message}.`, {
      cause,
    });
  }
  const complaint = await complaintAbout(path);
  if (complaint !== null) {
    throw new RefusedError(`The sandbox cannot use ${path}: it ${complaint}.`, {
      hint: `Move it away, or make it yours alone: chmod 0700 ${path}`,
    });
  }
}

async function complaintAbout(path: string): Promise<string | null> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return 'is a link';
  if (found.uid !== process.getuid?.()) return 'belongs to somebody else';
  if ((found.mode & 0o077) !== 0) return 'may be entered by other users';
  return null;
}
