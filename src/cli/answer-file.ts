import { Writable } from 'node:stream';
import { UsageError } from '../core/errors.js';
import { fileProblem } from '../files/file-problem.js';
import { NewFile } from '../files/new-file.js';
import { Output } from '../render/output.js';

/** A file that an answer is written to, whole or not at all: a reader sees the old text or the new one. */
export interface AnswerFile {
  output: Output;
  /** Gives the file its name. */
  finish(): Promise<void>;
  /** Leaves what was there before; harmless after `finish`. */
  discard(): Promise<void>;
}

/** @throws UsageError, like `finish`, when the file cannot be written */
export async function createAnswerFile(path: string): Promise<AnswerFile> {
  const file = await named(path, NewFile.create(path, { replace: 'file', mode: 0o644 }));
  const stream = new Writable({
    decodeStrings: false,
    write: (text: string, _, done) => void file.append(text).then(() => done(), done),
  });
  return {
    output: new Output(stream, path),
    finish: async () => named(path, file.finish()),
    discard: async () => file.discard(),
  };
}

async function named<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new UsageError(`${path} cannot be written: ${fileProblem(cause)}.`, {
      word: 'output_file',
      cause,
    });
  }
}
