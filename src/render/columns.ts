import { UsageError } from '../core/errors.js';
import type { ExitCode } from '../core/exit-codes.js';
import type { AnyAnswer, Column } from './answer.js';
import type { Look } from './look.js';

/**
 * The columns to show: those that `--columns` names, in its order, or those that are meant for the reader.
 *
 * @throws UsageError for a name that the answer does not have
 */
export function chosenColumns(
  { columns }: AnyAnswer,
  look: Look,
  reader: 'person' | 'script',
): readonly Column<never>[] {
  if (look.columns === null) {
    return columns.filter(({ peopleOnly = false, wideOnly = false }) =>
      reader === 'script' ? !peopleOnly : !wideOnly || look.full,
    );
  }
  return look.columns.map((name) => {
    const column = columns.find((one) => one.name === name.trim().toLowerCase());
    if (column !== undefined) return column;
    throw new UsageError(`--columns ${name} is not one of: ${columns.map((one) => one.name).join(', ')}.`);
  });
}

export function exitCodeOf({ exitCode }: AnyAnswer): ExitCode {
  return typeof exitCode === 'function' ? exitCode() : exitCode;
}
