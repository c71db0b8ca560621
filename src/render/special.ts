import type { AnyAnswer } from './answer.js';
import { exitCodeOf } from './columns.js';
import { UsageError } from '../core/errors.js';
import { printable, printableLines } from './printable.js';
import type { Failure, Format, Sink, Writer } from './writer.js';
import type { ExitCode } from '../core/exit-codes.js';

/** Whoever makes the text need not think of names that are hostile. Only a script must run as it stands. */
const SCRIPT = 'sql';

/** A format that only some commands have: the text that the answer makes of itself, when all rows have come. */
export function specialFormat(name: string, service = 'NETWORK'): Format {
  const fail =
    name === 'nagios'
      ? async (failure: Failure, output: Sink) => failAsPlugin(failure, service, output)
      : async ({ exitCode }: Failure): Promise<ExitCode> => exitCode;
  const shown = name === SCRIPT ? (text: string): string => text : printableLines;
  return {
    open: (answer: AnyAnswer, output: Sink): Writer => {
      const special = answer.special?.[name];
      if (special === undefined)
        throw new UsageError(`--format ${name} is not for what these options ask for.`);
      return {
        begin: async () => undefined,
        row: () => undefined,
        end: async () => {
          const text = special.text();
          for (const piece of typeof text === 'string' ? [text] : text) await output.write(shown(piece));
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
