import { getSystemErrorMap } from 'node:util';

/** What was wrong, without the name under which the file was written: `no such file or directory (ENOENT)`. */
export function fileProblem(error: unknown): string {
  const known = isFileError(error) ? getSystemErrorMap().get(error.errno!) : undefined;
  return known === undefined ? (error as Error).message : `${known[1]} (${known[0]})`;
}

export function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'syscall' in error && 'code' in error;
}
