import type {
  ArgumentDefinition,
  CommandDefinition,
  Completer,
  OptionDefinition,
} from '../../commands/definition.js';
import { GROUPS } from '../../commands/index.js';
import { OBJECT_TYPE_VALUES } from '../../core/object-types.js';
import { OPERATION_TYPES } from '../../core/operations/catalogue.js';
import { allOptions } from '../global-options.js';
import { PROGRAM } from '../program.js';
import { flagOf } from '../spelling.js';
import { TOPICS } from './topics.js';

/** A word that a shell offers, with what it means. */
export interface Offer {
  word: string;
  meaning: string;
}

/** What a shell offers at one place: fixed words, files, or what the program is asked for. */
export type Completion = { words: readonly Offer[] } | { files: true } | { live: Completer };

/** Everything that a completion script needs to know, in lists by what has been typed. */
export interface CompletionRules {
  /** The words of a command so far ('' for none, `network`) → what may follow. */
  commands: ReadonlyMap<string, readonly Offer[]>;
  /** The words of a command → its flags. */
  flags: ReadonlyMap<string, readonly Offer[]>;
  /** `COMMAND FLAG` → its value. A flag that is not listed takes none. */
  values: ReadonlyMap<string, Completion>;
  /** `COMMAND POSITION`, from 1, or `COMMAND *` for all that follow. */
  arguments: ReadonlyMap<string, Completion>;
}

export function completionRules(): CompletionRules {
  const listed = PROGRAM.filter(({ isHidden }) => isHidden !== true);
  const flags = new Map<string, Offer[]>();
  const values = new Map<string, Completion>();
  const positions = new Map<string, Completion>();
  for (const definition of [null, ...Object.keys(GROUPS), ...listed]) {
    const command = typeof definition === 'string' ? definition : (definition?.name ?? '');
    const options = Object.entries(allOptions(typeof definition === 'string' ? null : definition));
    flags.set(command, options.flatMap(flagOffers));
    for (const [name, option] of options) {
      if (option.placeholder === null) continue;
      for (const flag of spellings(name, option)) values.set(`${command} ${flag}`, completionOf(option));
    }
    if (typeof definition === 'string' || definition === null) continue;
    for (const [position, argument] of argumentPlaces(definition)) {
      positions.set(`${command} ${position}`, completionOf(argument));
    }
  }
  return { commands: commandOffers(listed), flags, values, arguments: positions };
}

function argumentPlaces(definition: CommandDefinition): [position: string, ArgumentDefinition][] {
  return Object.values(definition.arguments).map((argument, index) => [
    argument.variadic ? '*' : String(index + 1),
    argument,
  ]);
}

function flagOffers([name, option]: [string, OptionDefinition]): Offer[] {
  return [{ word: flagOf(name), meaning: option.description }];
}

function spellings(name: string, { short }: OptionDefinition): string[] {
  return [flagOf(name), ...(short === undefined ? [] : [`-${short}`])];
}

function completionOf({ choices, completes }: OptionDefinition | ArgumentDefinition): Completion {
  if (choices !== undefined) return { words: choices.map((word) => ({ word, meaning: '' })) };
  switch (completes) {
    case undefined:
      return { words: [] };
    case 'file':
      return { files: true };
    case 'object-type':
      return { words: OBJECT_TYPE_VALUES.map((word) => ({ word, meaning: '' })) };
    case 'operation-type':
      return { words: OPERATION_TYPES.map(({ value, summary }) => ({ word: value, meaning: summary })) };
    case 'task':
      return { words: unique(OPERATION_TYPES.flatMap(({ tasks }) => tasks)) };
    case 'topic':
      return {
        words: [
          ...TOPICS.map(({ name, title }) => ({ word: name, meaning: title })),
          ...commandOffers(PROGRAM).get('')!,
        ],
      };
    default:
      return { live: completes };
  }
}

function unique(words: readonly string[]): Offer[] {
  return [...new Set(words)].map((word) => ({ word, meaning: '' }));
}

function commandOffers(listed: readonly CommandDefinition[]): Map<string, Offer[]> {
  const offers = new Map<string, Map<string, string>>([['', new Map()]]);
  for (const { name, summary } of listed) {
    const [first, second] = name.split(' ') as [string, string | undefined];
    offers.get('')!.set(first, second === undefined ? summary : GROUPS[first]!);
    if (second === undefined) continue;
    offers.set(first, (offers.get(first) ?? new Map<string, string>()).set(second, summary));
  }
  return new Map(
    [...offers].map(([path, words]) => [path, [...words].map(([word, meaning]) => ({ word, meaning }))]),
  );
}
