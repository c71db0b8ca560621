import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { ConfigurationError, UsageError } from '../../core/errors.js';
import type { CommandContext } from '../context.js';

export interface RequestLine {
  /** Counted from 1, as an editor does. */
  line: number;
  request: unknown;
}

/**
 * Reads one request a line. What is wrong with a line is part of the result, so that the other lines go ahead.
 *
 * @throws ConfigurationError when the file cannot be read
 */
export async function* readRequests(context: CommandContext, file: string): AsyncIterable<RequestLine> {
  let number = 0;
  for await (const text of file === '-' ? context.inputLines() : linesOf(file)) {
    number += 1;
    if (text === '') continue;
    yield { line: number, request: readRequest(text, number) };
  }
}

/** What the line says, or the error that it is. */
function readRequest(text: string, number: number): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return new UsageError(`line ${number} is not JSON: ${error.message}`);
    throw error;
  }
}

async function* linesOf(file: string): AsyncIterable<string> {
  try {
    const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
    for await (const line of lines) yield line.trim();
  } catch (cause) {
    throw new ConfigurationError(`The file ${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
