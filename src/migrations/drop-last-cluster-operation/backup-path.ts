import { access, constants, lstat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileProblem, isFileError } from '../../files/file-problem.js';
import type { ValueTotals } from './values.js';

/** What a value's line has beside the value, generously; and what quotes and controls in it may add. */
const LINE_BYTES = 160;
const ESCAPED = 1.25;

/**
 * Why no backup of these values can be written to this path, as far as can be told without writing; null if it can, or
 * if a regular file is there, which may be the backup that an earlier run has written.
 */
export async function whyNoBackup(path: string, totals: ValueTotals): Promise<string | null> {
  try {
    const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (found?.isFile()) return null;
    if (found !== null) return `${path} is not a regular file`;
    const folder = dirname(resolve(path));
    await access(folder, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(folder);
    const needed = totals.bytes * ESCAPED + totals.values * LINE_BYTES;
    const free = bavail * bsize;
    return needed < free
      ? null
      : `${folder} has ${megabytes(free)} MiB left, and the values take about ${megabytes(needed)} MiB`;
  } catch (error) {
    if (isFileError(error)) return fileProblem(error);
    throw error;
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1);
}
