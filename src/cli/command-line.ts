import { Command, CommanderError, Option } from 'commander';
import type { CommandDefinition, OptionDefinitions } from '../commands/definition.js';
import { UsageError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { shown } from '../core/parsed-value.js';
import { flagOf } from './spelling.js';
import type { Typed } from './typed-values.js';

/** A command line taken apart; its values are not checked yet. */
export interface CommandLine {
  /** Null where no command is named. */
  definition: CommandDefinition | null;
  /** The word of a group that is named without one of its commands: `network`. */
  group: string | null;
  typed: Typed;
  /** What follows the command's name and is no option. */
  words: readonly string[];
}

/**
 * Takes a command line apart with commander. The common options may stand before and after the command's name. Words
 * and values are left to their declarations, so that a message says it in the words of the command line.
 *
 * @param optionsOf the options of a command, or of the program where none is named, common ones included
 * @throws UsageError for an unknown command or option, or an option without its value
 */
export function parseCommandLine(
  argv: readonly string[],
  definitions: readonly CommandDefinition[],
  optionsOf: (definition: CommandDefinition | null) => OptionDefinitions,
): CommandLine {
  const typed = new Map<string, string[]>();
  const path: string[] = [];
  let rest = argv;
  for (;;) {
    const definition = definitions.find(({ name }) => name === path.join(' ')) ?? null;
    const options = optionsOf(definition);
    const commands = definition === null ? commandsBelow(path, definitions) : [];
    const { operands, unknown } = tokenize(rest, options, commands, typed);
    const [first] = operands;
    if (first !== undefined && commands.includes(first)) {
      path.push(first);
      rest = unknown;
      continue;
    }
    // An option is unknown to a command; what follows an unknown command may well be options of the one that was meant.
    if (definition === null && first !== undefined)
      throw unknownCommand([...path, first], commands, definitions);
    if (unknown[0] !== undefined) throw unknownOption(unknown[0], options);
    return { definition, group: definition === null ? (path[0] ?? null) : null, typed, words: operands };
  }
}

/** The words that may follow: names of commands and groups, or of the commands of a group. */
function commandsBelow(path: readonly string[], definitions: readonly CommandDefinition[]): string[] {
  const below = definitions
    .map(({ name }) => name.split(' '))
    .filter((words) => path.every((word, index) => words[index] === word));
  return [...new Set(below.map((words) => words[path.length]!))];
}

/** Removes the options from `words`; from the name of a command on, what follows is its own. */
function tokenize(
  words: readonly string[],
  options: OptionDefinitions,
  commands: readonly string[],
  typed: Map<string, string[]>,
): { operands: string[]; unknown: string[] } {
  const parser = new Command()
    .helpOption(false)
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  for (const command of commands) parser.command(command);
  const flags = Object.keys(options).map(flagOf);
  for (const [name, { placeholder, short }] of Object.entries(options)) {
    const flag = flagOf(name);
    const letter = short === undefined ? '' : `-${short}, `;
    parser.addOption(new Option(`${letter}${flag}${placeholder === null ? '' : ' <value>'}`));
    parser.on(`option:${flag.slice(2)}`, (text: string | undefined) => {
      if (text !== undefined && flags.includes(text)) throw missingValue(flag, text, options);
      typed.set(name, [...(typed.get(name) ?? []), text ?? '']);
    });
  }
  try {
    return parser.parseOptions([...words]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw missingValue(/--[\w-]+/.exec(error.message)![0], null, options);
  }
}

function missingValue(flag: string, next: string | null, options: OptionDefinitions): UsageError {
  const followed = next === null ? '' : `: what follows it is ${next}`;
  const [option] = Object.entries(options).flatMap(([name, one]) => (flagOf(name) === flag ? [one] : []));
  const { placeholder = null, choices = [], description = '' } = option ?? {};
  const what = choices.length > 0 ? `one of ${choices.join(', ')}` : `<${placeholder ?? 'value'}>`;
  return new UsageError(`${flag} needs a value${followed}.`, { hint: `${flag} ${what}: ${description}.` });
}

function unknownCommand(
  path: readonly string[],
  commands: readonly string[],
  definitions: readonly CommandDefinition[],
): UsageError {
  // The word of a command in a group, without that of its group.
  const whole = definitions.map(({ name }) => name).filter((name) => name.split(' ').at(-1) === path.at(-1));
  const close = whole.length === 1 ? whole[0]! : nearest(path.at(-1)!, commands);
  const program = ['sf-ops', ...path.slice(0, -1)].join(' ');
  return new UsageError(`Unknown command ${quoted(path.join(' '))}.`, {
    hint: close === null ? `${program} --help lists them.` : `Did you mean ${close}?`,
  });
}

/** What follows the `=`, or the letter of a short option, may be a password and is not repeated. */
function unknownOption(word: string, options: OptionDefinitions): UsageError {
  const flag = word.startsWith('--') ? word.replace(/=[^]*$/, '') : word.slice(0, 2);
  const close = nearest(flag, Object.keys(options).map(flagOf));
  return new UsageError(`Unknown option ${quoted(flag)}.`, {
    hint: /^(--password|-p)$/.test(flag)
      ? 'A password is never on the command line: give --password-file, or set SHAKENFIST_MARIADB_PASSWORD.'
      : close === null
        ? 'See --help.'
        : `Did you mean ${close}?`,
  });
}

function quoted(word: string): string {
  return `'${shown(word).slice(1, -1)}'`;
}
