import { closeSync, constants, fstatSync, openSync, promises, readSync, statSync, type Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { ConfigurationError, type ErrorDetails, type SfOpsError } from '../core/errors.js';
import { fileProblem } from '../files/file-problem.js';

/** More than any password, option file, certificate bundle or configuration has. */
const MOST_BYTES = 4 * 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

/** To open a FIFO must not wait for somebody who writes to it, should one take the file's place after the look. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

export interface FileTerms {
  /** Larger ones are refused. */
  mostBytes?: number;
  /** The class of what is thrown. */
  error?: new (sentence: string, details?: ErrorDetails) => SfOpsError;
}

/**
 * Reads a file that an operator named, whole. A regular file only: to read a FIFO, a terminal or a device can wait for
 * ever, and in a way that neither a signal nor a deadline ends.
 *
 * @param what for the sentence: `password file`
 * @throws the class in `terms`, or ConfigurationError: "The password file p cannot be read: …"
 */
export function readRegularFile(path: string, what: string, terms: FileTerms = {}): string {
  const most = terms.mostBytes ?? MOST_BYTES;
  return explained(path, what, terms, () => {
    requireRegular(statSync(path));
    const descriptor = openSync(path, FLAGS);
    try {
      requireRegular(fstatSync(descriptor));
      return readUpTo(descriptor, most);
    } finally {
      closeSync(descriptor);
    }
  });
}

/** Opens a file of any size to read it piece by piece; otherwise as `readRegularFile`. The caller closes it. */
export async function openRegularFile(
  path: string,
  what: string,
  { error }: Pick<FileTerms, 'error'> = {},
): Promise<FileHandle> {
  try {
    // Node loads `promises` when it is first used; every command that connects loads this module.
    requireRegular(await promises.stat(path));
    const file = await promises.open(path, FLAGS);
    try {
      requireRegular(await file.stat());
      return file;
    } catch (cause) {
      await file.close();
      throw cause;
    }
  } catch (cause) {
    throw unreadable(path, what, error, cause as Error);
  }
}

function explained<T>(path: string, what: string, { error }: FileTerms, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw unreadable(path, what, error, cause as Error);
  }
}

function unreadable(path: string, what: string, error: FileTerms['error'], cause: Error): SfOpsError {
  return new (error ?? ConfigurationError)(`The ${what} ${path} cannot be read: ${fileProblem(cause)}.`, {
    cause,
  });
}

function requireRegular(stats: Stats): void {
  if (stats.isFile()) return;
  throw new Error(`it is ${kindOf(stats)}, not a regular file`);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
}

/** Read until the end, not as far as the size says: files below /proc have the size 0. */
function readUpTo(descriptor: number, most: number): string {
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const read = readSync(descriptor, chunk);
    if (read === 0) return Buffer.concat(chunks).toString('utf8');
    size += read;
    if (size > most) throw new Error(`it is larger than ${most} bytes`);
    chunks.push(chunk.subarray(0, read));
  }
}
