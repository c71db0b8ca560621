import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { ConfigurationError, SfOpsError, UsageError } from '../../core/errors.js';
import { isRecord } from '../../core/json.js';
import { parseEnqueueRequest, type EnqueueRequest } from '../../core/operations/enqueue-request.js';
import type { CommandContext } from '../context.js';

export interface RequestLine {
  /** Counted from 1, as an editor does. */
  line: number;
  request: EnqueueRequest | SfOpsError;
}

/**
 * Reads one request a line. What is wrong with a line is part of the result, so that the other lines go ahead.
 *
 * @param resolve replaces names of objects by their uuids
 * @throws ConfigurationError when the file cannot be read
 */
export async function* readRequests(
  context: CommandContext,
  file: string,
  resolve: (raw: Record<string, unknown>) => Promise<Record<string, unknown>>,
): AsyncIterable<RequestLine> {
  let number = 0;
  for await (const text of file === '-' ? context.inputLines() : linesOf(file)) {
    number += 1;
    if (text === '') continue;
    yield { line: number, request: await readRequest(text, number, resolve) };
  }
}

async function readRequest(
  text: string,
  number: number,
  resolve: (raw: Record<string, unknown>) => Promise<Record<string, unknown>>,
): Promise<EnqueueRequest | SfOpsError> {
  try {
    const raw = JSON.parse(text) as unknown;
    return parseEnqueueRequest(isRecord(raw) ? await resolve(raw) : raw);
  } catch (error) {
    if (error instanceof SyntaxError) return new UsageError(`line ${number} is not JSON: ${error.message}`);
    if (error instanceof SfOpsError) return error;
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
