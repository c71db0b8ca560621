import type { AnyAnswer } from './answer.js';
import { exitCodeOf } from './columns.js';
import { escapeUnprintable } from './printable.js';
import type { Failure, Format, Sink, Writer } from './writer.js';

/** One object, written as its rows come. An answer that breaks off is closed with an `error`. */
export const JSON_DOCUMENT: Format = {
  open: (answer: AnyAnswer, output: Sink): Writer =>
    'rows' in answer.json ? streamed(answer, answer.json, output) : inOnePiece(answer, answer.json, output),
  fail: async (failure, output) => {
    await output.write(`${escapeUnprintable(JSON.stringify(errorField(failure)))}\n`);
    return failure.exitCode;
  },
};

/** One object a line: the rows of the answer. One that breaks off ends with a line that holds the `error`. */
export const NDJSON: Format = {
  open: (answer: AnyAnswer, output: Sink): Writer => {
    const write = (value: object): Promise<void> | undefined =>
      output.write(`${escapeUnprintable(JSON.stringify(value))}\n`);
    return {
      begin: async () => undefined,
      row: (row) => write(answer.record?.(row) ?? row),
      end: async () => exitCodeOf(answer),
      fail: async (failure) => {
        await write(errorField(failure));
        return failure.exitCode;
      },
    };
  },
  fail: async ({ exitCode }) => exitCode,
};

interface Streamed {
  head?: () => object;
  rows: string;
  tail?: () => object;
}

function streamed(answer: AnyAnswer, { head, rows, tail }: Streamed, output: Sink): Writer {
  let rowsWritten = 0;
  const close = (fields: object): string => {
    const end = rowsWritten === 0 ? ']' : '\n  ]';
    return `${end}${Object.entries(fields).map(([name, value]) => `,${field(name, value)}`).join('')}\n}\n`; // prettier-ignore
  };
  return {
    begin: async () => {
      const first = Object.entries(head?.() ?? {}).map(([name, value]) => `${field(name, value)},`);
      await output.write(`{${first.join('')}\n  ${JSON.stringify(rows)}: [`);
    },
    row: (row) => {
      const separator = rowsWritten++ === 0 ? '' : ',';
      return output.write(`${separator}\n    ${pretty(answer.record?.(row) ?? row, 4)}`);
    },
    end: async () => {
      await output.write(close(tail?.() ?? {}));
      return exitCodeOf(answer);
    },
    fail: async (failure) => {
      await output.write(close(errorField(failure)));
      return failure.exitCode;
    },
  };
}

function inOnePiece(answer: AnyAnswer, { document }: { document: () => object }, output: Sink): Writer {
  return {
    begin: async () => undefined,
    row: () => undefined,
    end: async () => {
      await output.write(`${pretty(document(), 0)}\n`);
      return exitCodeOf(answer);
    },
    fail: async (failure) => JSON_DOCUMENT.fail(failure, output),
  };
}

function field(name: string, value: unknown): string {
  return `\n  ${JSON.stringify(name)}: ${pretty(value ?? null, 2)}`;
}

/** @param indent of the lines after the first; a line end inside a text is escaped, and so is none of them */
function pretty(value: unknown, indent: number): string {
  return escapeUnprintable(JSON.stringify(value, null, 2)).replaceAll('\n', `\n${' '.repeat(indent)}`);
}

function errorField({ word, message, hint, exitCode }: Failure): object {
  return { error: { code: word, message, hint, exit_code: exitCode } };
}
