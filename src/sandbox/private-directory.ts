import { lstat, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RefusedError } from '../core/errors.js';

/**
 * Makes a folder that nobody but this user may enter, or makes sure that the one that is there is such a folder:
 * under a shared temporary folder, somebody else could have made it first, or put a link there.
 *
 * @throws RefusedError if it cannot be made, is a link, another user's, or open to others
 */
export async function ensurePrivateDirectory(path: string): Promise<void> {
  await makeDirectory(path);
  const complaint = await complaintAbout(path);
  if (complaint !== null) {
    throw new RefusedError(`The sandbox cannot use ${path}: it ${complaint}.`, {
      hint: `Move it away, or make it yours alone: chmod 0700 ${path}`,
    });
  }
}

/**
 * Makes a folder and those above it that are missing, for this user alone.
 *
 * @throws RefusedError if it cannot be made
 */
export async function makeDirectory(path: string): Promise<void> {
  try {
    // Not `recursive`: where a folder lets nobody make another in it, as /proc, Node goes round in circles for ever.
    for (const missing of await missingDirectories(path))
      await mkdir(missing, { mode: 0o700 }).catch(unlessThere);
  } catch (cause) {
    throw new RefusedError(`The sandbox cannot make its folder ${path}: ${(cause as Error).message}.`, {
      cause,
    });
  }
}

/**
 * Makes sure that nobody but this user and root can put anything into the place of `path`, a folder or a program, or of
 * one of the folders above it.
 *
 * @throws RefusedError if somebody could
 */
export async function requireUnwritableByOthers(path: string): Promise<void> {
  for (let place = path; ; place = dirname(place)) {
    const { uid, mode } = await stat(place);
    const isOurs = uid === 0 || uid === process.getuid?.();
    // In a folder like /tmp, what is ours cannot be replaced by others.
    const isShared = (mode & 0o022) !== 0 && (mode & 0o1000) === 0;
    if (!isOurs || isShared) {
      throw new RefusedError(
        `The sandbox does not run ${path}: ${isOurs ? `others may write in ${place}` : `${place} belongs to somebody else`}.`,
        { hint: `Make ${place} yours, and writable by you alone; or set XDG_CACHE_HOME to another folder.` },
      );
    }
    if (place === dirname(place)) return;
  }
}

async function missingDirectories(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let folder = path; !(await isThere(folder)); folder = dirname(folder)) missing.unshift(folder);
  return missing;
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

async function complaintAbout(path: string): Promise<string | null> {
  const found = await lstat(path);
  if (found.isSymbolicLink()) return 'is a link';
  if (!found.isDirectory()) return 'is not a folder';
  if (found.uid !== process.getuid?.()) return 'belongs to somebody else';
  if ((found.mode & 0o077) !== 0) return 'may be entered by other users';
  return null;
}
