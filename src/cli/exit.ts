import { CommanderError } from 'commander';
import { SfOpsError, UsageError } from '../core/errors.js';
import { ExitCode } from '../core/exit-codes.js';
import { escapeUnprintable, printable } from '../render/printable.js';

export interface Failure {
  word: string;
  message: string;
  hint: string | null;
  exitCode: ExitCode;
  cause: unknown;
}

/** Every error that reaches the top becomes an exit here, and only here. */
export function failureFrom(error: unknown): Failure {
  const known = error instanceof CommanderError ? usageError(error) : error;
  if (known instanceof SfOpsError) {
    const { word, message, hint, exitCode, cause } = known;
    return { word, message, hint: hint ?? null, exitCode, cause };
  }
  return {
    word: 'bug',
    message: `Unexpected failure: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'This is a bug in sf-ops. Please report it with the output of the same command and --verbose.',
    exitCode: ExitCode.BUG,
    cause: error,
  };
}

/** commander: `error: unknown command 'pendign'\n(Did you mean pending?)`, some with a full stop and some without. */
function usageError(error: CommanderError): UsageError {
  if (error.code === 'commander.help') {
    return new UsageError('Which command?', { hint: 'sf-ops --help lists them.', cause: error });
  }
  const [sentence, ...suggestion] = error.message.replace(/^error: /, '').split('\n');
  const hint = suggestion.join(' ').replace(/^\((.*)\)$/, '$1');
  return new UsageError(`${capitalised(sentence!.replace(/\.$/, ''))}.`, {
    hint: hint || 'See --help.',
    cause: error,
  });
}

/** What `--json` prints on stdout when a command fails. */
export function failureJson(failure: Failure): string {
  const { word, message, hint, exitCode } = failure;
  return `${escapeUnprintable(JSON.stringify({ error: { code: word, message, hint, exit_code: exitCode } }))}\n`;
}

/** What stderr shows. `verbose` adds the chain of causes, with stacks for what we did not foresee. */
export function failureText(failure: Failure, verbose: boolean): string {
  const lines = [`sf-ops: ${printable(failure.message)}`];
  if (failure.hint !== null) lines.push(`  ${printable(failure.hint)}`);
  if (verbose || failure.exitCode === ExitCode.BUG) lines.push(...causes(failure.cause));
  return `${lines.join('\n')}\n`;
}

function causes(error: unknown): string[] {
  const lines: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause) {
    lines.push(...(current.stack ?? current.message).split('\n').map((line) => `  ${printable(line)}`));
  }
  return lines;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
