import { ExitCode } from '../core/exit-codes.js';
import type { Format, Sink, Writer } from './writer.js';

/**
 * A format for who wants to hear of failures only: what it writes is kept back, and handed on unless all went well.
 *
 * @param isInterrupted asked at the end: what was done until then is told
 */
export function unlessDone(format: Format, isInterrupted: () => boolean): Format {
  return {
    ...format,
    open: (answer, output, look): Writer => {
      const kept: string[] = [];
      const keep: Sink = {
        write: (text) => {
          kept.push(text);
          return undefined;
        },
      };
      const writer = format.open(answer, keep, look);
      const finish = async (exitCode: ExitCode): Promise<ExitCode> => {
        if (exitCode !== ExitCode.OK || isInterrupted()) await output.write(kept.join(''));
        return exitCode;
      };
      return {
        begin: async () => writer.begin(),
        row: (row) => writer.row(row),
        end: async () => finish(await writer.end()),
        fail: async (failure) => finish(await writer.fail(failure)),
      };
    },
  };
}
