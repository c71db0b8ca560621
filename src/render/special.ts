import type { AnyAnswer } from './answer.js';
import { exitCodeOf } from './columns.js';
import { printable } from './printable.js';
import type { Failure, Format, Sink, Writer } from './writer.js';
import type { ExitCode } from '../core/exit-codes.js';

/** A format that only some commands have: the text that the answer makes of itself, when all rows have come. */
export function specialFormat(name: string, service = 'NETWORK'): Format {
  const fail =
    name === 'nagios'
      ? async (failure: Failure, output: Sink) => failAsPlugin(failure, service, output)
      : async ({ exitCode }: Failure): Promise<ExitCode> => exitCode;
  return {
    open: (answer: AnyAnswer, output: Sink): Writer => {
      const special = answer.special![name]!;
      return {
        begin: async () => undefined,
        row: () => undefined,
        end: async () => {
          const text = special.text();
          for (const piece of typeof text === 'string' ? [text] : text) await output.write(piece);
          return special.exitCode?.() ?? exitCodeOf(answer);
        },
        fail: async (failure) => fail(failure, output),
      };
    },
    fail,
    tellsFailures: name === 'nagios',
  };
}

/**
 * A monitoring plugin answers UNKNOWN in one line, whatever went wrong: a wrong option and a bug too. Any exit code but
 * its own four would be taken for CRITICAL. (Monitoring Plugins development guidelines)
 */
async function failAsPlugin({ message }: Failure, service: string, output: Sink): Promise<ExitCode> {
  // `|` begins the performance data.
  await output.write(`${service} UNKNOWN - ${printable(message).replaceAll('|', '/')}\n`);
  return 3;
}
