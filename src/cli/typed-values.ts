import type {
  CommandDefinition,
  OptionDefinition,
  OptionDefinitions,
  ValuesOf,
} from '../commands/definition.js';
import type { Environment } from '../configuration/connection-settings.js';
import { UsageError } from '../core/errors.js';
import { typeAndObjects } from '../core/object-reference.js';
import { flagOf, kebab, twinOf, usageOf } from './spelling.js';

/** What was typed on the command line: the name of an option or argument → its texts, in order. A switch: ''. */
export type Typed = ReadonlyMap<string, readonly string[]>;

/**
 * The values of options: what was typed, else the environment twin, else the default. An empty variable is one that is
 * not set; a switch takes 1, true, yes or on, and 0, false, no and off leave it off.
 *
 * @throws UsageError naming the flag or the variable of each value that is wrong
 */
export function optionValues<Definitions extends OptionDefinitions>(
  definitions: Definitions,
  typed: Typed,
  environment: Environment,
): ValuesOf<Definitions> {
  const problems: string[] = [];
  const values = Object.entries(definitions).map(([name, definition]) => {
    const { texts, source } = given(name, definition, typed, environment);
    const parsed = definition.read(texts);
    if ('value' in parsed) return [name, parsed.value];
    problems.push(`${source} ${parsed.problem}`);
    return [name, undefined];
  });
  if (problems.length > 0) throw new UsageError(ended(problems.join('; ')));
  return Object.fromEntries(values) as ValuesOf<Definitions>;
}

/** As a sentence: a clause that ends in a question is one already. */
function ended(clauses: string): string {
  return clauses.endsWith('?') ? clauses : `${clauses}.`;
}

function given(
  name: string,
  definition: OptionDefinition,
  typed: Typed,
  environment: Environment,
): { texts: readonly string[]; source: string } {
  const texts = typed.get(name);
  const twin = twinOf(name, definition);
  if (texts !== undefined || twin === null) return { texts: texts ?? [], source: flagOf(name) };
  const text = environment[twin] ?? '';
  const isOff = definition.placeholder === null ? !isSwitchedOn(text) : text === '';
  return { texts: isOff ? [] : [text], source: twin };
}

/** Whether the environment twin of a switch turns it on. */
export function isSwitchedOn(text: string | undefined): boolean {
  return text !== undefined && text !== '' && !/^(0|false|no|off)$/i.test(text);
}

/**
 * The values of arguments.
 *
 * @param words in order, after the command's name
 * @throws UsageError for a word too few, too many, or wrong
 */
export function argumentValues(
  definition: CommandDefinition,
  words: readonly string[],
): Record<string, unknown> {
  const hint = `Usage: ${usageOf(definition)}`;
  const asksForType = Object.values(definition.arguments)[0]?.completes === 'object-type';
  const rest = asksForType ? typeAndObjects(words) : [...words];
  const values = Object.entries(definition.arguments).map(([name, argument]) => {
    const texts = rest.splice(0, argument.variadic ? rest.length : 1);
    if (texts.length === 0 && argument.required)
      throw new UsageError(`<${kebab(name)}> is missing.`, { hint });
    const parsed = argument.read(texts);
    if ('value' in parsed) return [name, parsed.value];
    throw new UsageError(ended(`<${kebab(name)}> ${parsed.problem}`), { hint });
  });
  if (rest.length > 0)
    throw new UsageError(rest.length === 1 ? 'One word too many.' : `${rest.length} words too many.`, {
      hint,
    });
  return Object.fromEntries(values) as Record<string, unknown>;
}
