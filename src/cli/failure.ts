import { SfOpsError } from '../core/errors.js';
import { ExitCode } from '../core/exit-codes.js';
import { printable } from '../render/printable.js';
import { wrap } from '../render/wrap.js';
import type { Failure } from '../render/writer.js';

/** Every error that reaches the top becomes an exit here, and only here. */
export function failureOf(error: unknown): Failure {
  if (error instanceof SfOpsError) {
    const { word, message, hint, exitCode } = error;
    return { word, message, hint: hint ?? null, exitCode };
  }
  return {
    word: 'bug',
    message: `Unexpected failure: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'This is a bug in sf-ops. Please report it with the output of the same command and --verbose.',
    exitCode: ExitCode.BUG,
  };
}

/**
 * What stderr shows. `verbose` adds the chain of causes, with stacks for what we did not foresee.
 *
 * @param width of the terminal, where stderr is one: sentences are broken between words
 */
export function failureText(error: unknown, verbose: boolean, width: number | null = null): string {
  const { message, hint, exitCode } = failureOf(error);
  const lines = broken(`sf-ops: ${printable(message)}`, width);
  if (hint !== null) lines.push(...broken(`  ${printable(hint)}`, width));
  if (exitCode === ExitCode.BUG) lines.push(...causes(error));
  else if (verbose) lines.push(...causes((error as Error).cause));
  return `${lines.join('\n')}\n`;
}

const HANG = 4;

function broken(text: string, width: number | null): string[] {
  if (width === null) return [text];
  const [first, ...more] = wrap(text, width, HANG);
  return [first!, ...more.map((line) => ' '.repeat(HANG) + line)];
}

function causes(error: unknown): string[] {
  const lines: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause) {
    lines.push(...(current.stack ?? current.message).split('\n').map((line) => `  ${printable(line)}`));
  }
  return lines;
}
