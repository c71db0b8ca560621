import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../core/errors.js';

/**
 * Writes a file whole or not at all: into a temporary file beside it, which then takes its name. A reader sees the old
 * text or the new one. The temporary name does not end like the real one, so that no collector picks it up.
 *
 * @throws UsageError when the file cannot be written
 */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    const file = await open(temporary, 'w', 0o644);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new UsageError(`${path} cannot be written: ${(error as Error).message}`, {
      word: 'output_file',
      cause: error,
    });
  }
}
