import { UsageError } from '../core/errors.js';
import type { CommandContext } from './command.js';

/** Ids as given, with `-` replaced by the lines of standard input. */
export async function idsWithStdin(context: CommandContext, ids: readonly string[]): Promise<string[]> {
  const expanded: string[] = [];
  for (const id of ids) {
    if (id !== '-') expanded.push(id);
    else for await (const line of context.inputLines()) expanded.push(line);
  }
  return expanded;
}

/** A whole number of at least `least`, from an option. */
export function readCount(option: string, text: string, least: number): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= least) return count;
  throw new UsageError(`${option} ${text} is not a whole number of at least ${least}.`);
}
