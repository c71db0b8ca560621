import { readDuration } from '../core/duration.js';
import { shown, suggestion, type Parsed } from '../core/parsed-value.js';
import type { ArgumentDefinition, Completer, OptionDefinition } from './definition.js';

/** What most of the makers below take beside the description. */
interface OptionDetails {
  /** As typed; the value is then never undefined. */
  default?: string;
  completes?: Completer;
  choices?: readonly string[];
  group?: string;
  short?: string;
}

type Read<Value> = (text: string) => Parsed<Value>;
type Optional<Value, Details> = Details extends { default: string } ? Value : Value | undefined;

/** A switch: on or off. */
export function flag(
  description: string,
  details: Pick<OptionDetails, 'group' | 'short'> = {},
): OptionDefinition<boolean> {
  return {
    description,
    placeholder: null,
    repeatable: false,
    read: (typed) => ({ value: typed.length > 0 }),
    ...details,
  };
}

/** An option with one value; of several, the last counts. */
export function option<Value, const Details extends OptionDetails = object>(
  placeholder: string,
  read: Read<Value>,
  description: string,
  details?: Details,
): OptionDefinition<Optional<Value, Details>> {
  const fallback = details?.default;
  return {
    description,
    placeholder,
    repeatable: false,
    read: (typed) => {
      const text = typed.at(-1) ?? fallback;
      return (text === undefined ? { value: undefined } : read(text)) as Parsed<Optional<Value, Details>>;
    },
    ...details,
  };
}

/** The same option given any number of times: its values in order. */
export function repeated<Value>(
  single: OptionDefinition<Value | undefined>,
): OptionDefinition<readonly Value[]> {
  return {
    ...single,
    repeatable: true,
    read: (typed) => readEach(typed, (text) => single.read([text]) as Parsed<Value>),
  };
}

/** Text whose meaning is checked with that of other options. */
export function uncheckedText(
  placeholder: string,
  description: string,
  details: OptionDetails = {},
): OptionDefinition<string | undefined> {
  return option<string>(placeholder, (typed) => ({ value: typed }), description, details);
}

/** Text that is not empty: an empty value is a script's unset variable. */
export function text<const Details extends OptionDetails = object>(
  placeholder: string,
  description: string,
  details?: Details,
): OptionDefinition<Optional<string, Details>> {
  return option(placeholder, readNonEmpty, description, details);
}

/** The path of a file. */
export function file<const Details extends OptionDetails = object>(
  description: string,
  details?: Details,
): OptionDefinition<Optional<string, Details>> {
  return option('file', readNonEmpty, description, { completes: 'file', ...details } as Details);
}

/** Seconds, typed as `90`, `90s`, `15m`, `1h30m` or `7d`. */
export function duration<const Details extends OptionDetails = object>(
  description: string,
  details?: Details,
): OptionDefinition<Optional<number, Details>> {
  return option('duration', readSeconds, description, details);
}

/** A whole number of at least `least`. */
export function count<const Details extends OptionDetails = object>(
  description: string,
  least: number,
  details?: Details,
): OptionDefinition<Optional<number, Details>> {
  return option('n', (typed) => readCount(typed, least), description, details);
}

/** One of a few words, in any case. */
export function choice<const Word extends string, const Details extends OptionDetails = object>(
  placeholder: string,
  words: readonly Word[],
  description: string,
  details?: Details,
): OptionDefinition<Optional<Word, Details>> {
  return option(placeholder, (typed) => readChoice(typed, words), description, {
    choices: words,
    ...details,
  } as unknown as Details);
}

/** One word of the command line that must be there; for the id of something, `-` stands for standard input. */
export function argument(description: string, completes: Completer): ArgumentDefinition<string> {
  return {
    ...ofOne(description, completes),
    completes,
    required: true,
    variadic: false,
    read: ([typed]) => readNonEmpty(typed ?? ''),
  };
}

/** One word of the command line that may be left out. */
export function optionalArgument<Word extends string = string>(
  description: string,
  details: { completes?: Completer; choices?: readonly Word[] },
): ArgumentDefinition<Word | undefined> {
  const { choices, completes } = details;
  return {
    ...ofOne(description, completes),
    required: false,
    variadic: false,
    read: ([typed]) => {
      if (typed === undefined) return { value: undefined };
      return choices === undefined ? (readNonEmpty(typed) as Parsed<Word>) : readChoice(typed, choices);
    },
    ...details,
  };
}

/** Where the word is an id, it can come from standard input. */
function ofOne(
  description: string,
  completes: Completer | undefined,
): { description: string; stdin: boolean } {
  const stdin = completes === 'object' || completes === 'operation';
  return { description: stdin ? `${description}; - reads it from stdin` : description, stdin };
}

/** One of a few words, which must be there. */
export function requiredChoice<const Word extends string>(
  choices: readonly Word[],
): ArgumentDefinition<Word> {
  return {
    description: choices.join(', '),
    choices,
    required: true,
    variadic: false,
    stdin: false,
    read: ([typed]) => readChoice(typed ?? '', choices),
  };
}

/** Any number of words. */
export function words(description: string, completes: Completer): ArgumentDefinition<readonly string[]> {
  return {
    description,
    completes,
    required: false,
    variadic: true,
    stdin: false,
    read: (typed) => ({ value: typed }),
  };
}

/** Uuids, names or beginnings of uuids; `-` stands for the lines of standard input. */
export function ids(
  description: string,
  completes: Completer,
  { required }: { required: boolean },
): ArgumentDefinition<readonly string[]> {
  return {
    description: `${description}; - reads them from stdin`,
    completes,
    required,
    variadic: true,
    stdin: true,
    read: (typed) => readEach(typed, readNonEmpty),
  };
}

function readEach<Value>(typed: readonly string[], read: Read<Value>): Parsed<readonly Value[]> {
  const values: Value[] = [];
  for (const text of typed) {
    const parsed = read(text);
    if ('problem' in parsed) return parsed;
    values.push(parsed.value);
  }
  return { value: values };
}

function readNonEmpty(typed: string): Parsed<string> {
  return typed.trim() === '' ? { problem: 'is empty' } : { value: typed };
}

function readChoice<Word extends string>(typed: string, words: readonly Word[]): Parsed<Word> {
  const value = words.find((word) => word === typed.toLowerCase());
  if (value !== undefined) return { value };
  return { problem: `${shown(typed)} is not one of: ${words.join(', ')}${suggestion(typed, words)}` };
}

function readSeconds(typed: string): Parsed<number> {
  const value = readDuration(typed);
  return value === null
    ? { problem: `${shown(typed)} is not a duration (90, 90s, 15m, 1h30m or 7d)` }
    : { value };
}

function readCount(typed: string, least: number): Parsed<number> {
  const value = Number(typed);
  if (/^\d+$/.test(typed) && value >= least && Number.isSafeInteger(value)) return { value };
  return { problem: `${shown(typed)} is not a whole number of at least ${least}` };
}
