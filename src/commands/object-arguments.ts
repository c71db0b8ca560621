import { UsageError } from '../core/errors.js';
import type { CommandContext } from './command.js';

/**
 * Ids as given, with `-` replaced by the lines of standard input.
 *
 * @throws UsageError when standard input names nothing: what fed it has failed, and no answer would be about anything
 */
export async function idsWithStdin(context: CommandContext, ids: readonly string[]): Promise<string[]> {
  const expanded: string[] = [];
  for (const id of ids) {
    if (id !== '-') expanded.push(id);
    else for await (const line of context.inputLines()) if (line !== '') expanded.push(line);
  }
  if (expanded.length === 0 && ids.length > 0) throw new UsageError('Standard input names nothing.');
  return expanded;
}

/** A whole number of at least `least`, from an option. */
export function readCount(option: string, text: string, least: number): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= least) return count;
  throw new UsageError(`${option} ${text} is not a whole number of at least ${least}.`);
}
