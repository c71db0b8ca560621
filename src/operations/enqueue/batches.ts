import { UsageError } from '../../core/errors.js';
import type { InputLine } from '../../core/input-lines.js';
import { standsAlone } from '../../core/operations/draft.js';
import type { Uuid } from '../../core/uuid.js';
import type { Run } from './run-marks.js';

/** Longer than any operation that Shaken Fist could run. */
export const LONGEST_LINE_BYTES = 1 << 20;
/** A batch ends when its lines are together this long, whatever their number. */
const BATCH_BYTES = 4 << 20;

/** A line of a load. */
export interface Line {
  line: number;
  /** Kept where a run is to recognise it. */
  text: string;
  /** The operation that did it in an earlier run. */
  doneAs: Uuid | null;
  /** What it says, or the error that it is. */
  request: unknown;
}

/** Lines that are written in one transaction. */
export interface Batch {
  lines: Line[];
  /** Whether what they mean does not depend on the batch before. */
  isAlone: boolean;
}

/** @param most lines of a batch */
export async function* batchesOf(
  pieces: AsyncIterable<readonly InputLine[]>,
  most: number,
  run: Run | null,
): AsyncGenerator<Batch> {
  let batch: Batch = { lines: [], isAlone: true };
  let bytes = 0;
  for await (const lines of pieces) {
    for (const { number, text } of lines) {
      if (text === '') continue;
      const doneAs = text === null ? null : (run?.operationOf(number, text) ?? null);
      const request = doneAs === null ? requestOf(number, text) : null;
      batch.lines.push({ line: number, text: run === null ? '' : (text ?? ''), doneAs, request });
      batch.isAlone &&= standsAlone(request);
      bytes += text?.length ?? 0;
      if (batch.lines.length < most && bytes < BATCH_BYTES) continue;
      yield batch;
      batch = { lines: [], isAlone: true };
      bytes = 0;
    }
  }
  if (batch.lines.length > 0) yield batch;
}

function requestOf(number: number, text: string | null): unknown {
  if (text === null) {
    return new UsageError(
      `line ${number} is longer than ${LONGEST_LINE_BYTES} bytes, which no operation needs: it was not read`,
    );
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return new UsageError(`line ${number} is not JSON: ${error.message}`);
    throw error;
  }
}
