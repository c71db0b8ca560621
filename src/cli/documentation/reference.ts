import type {
  ArgumentDefinitions,
  CommandDefinition,
  HelpSection,
  OptionDefinition,
  OptionDefinitions,
} from '../../commands/definition.js';
import { ownOptions } from '../global-options.js';
import { argumentTerm, flagOf } from '../spelling.js';

type Entry = HelpSection['entries'][number];

const LONG_LIST = 8;

/** Arguments, own options by their groups, formats, examples and exit codes, each where there are any. */
export function sectionsOf(definition: CommandDefinition): HelpSection[] {
  return [
    { title: 'Arguments', entries: argumentEntries(definition.arguments) },
    ...optionSections(ownOptions(definition)),
    ...(definition.sections ?? []),
    { title: 'Formats', entries: formatEntries(definition.formats ?? []) },
    {
      title: 'Examples',
      entries: definition.examples.map(({ command, comment }) => ({
        term: `sf-ops ${command}`,
        text: comment,
      })),
    },
    {
      title: 'Exit codes',
      entries: Object.entries(definition.exitCodes).map(([code, meaning]) => ({ term: code, text: meaning })),
    },
  ].filter(({ entries }) => entries.length > 0);
}

/** A section for each group of options; those without a group come first. */
export function optionSections(options: OptionDefinitions): HelpSection[] {
  const sections = new Map<string, Entry[]>([['Options', []]]);
  /** A long list of words is told once: the words → the option that has told them. */
  const told = new Map<readonly string[], string>();
  for (const [name, definition] of Object.entries(options)) {
    const { choices, group: title = 'Options' } = definition;
    const entry = optionEntry(name, definition, choices === undefined ? undefined : told.get(choices));
    sections.set(title, [...(sections.get(title) ?? []), entry]);
    if (choices !== undefined && choices.length > LONG_LIST) told.set(choices, told.get(choices) ?? name);
  }
  return [...sections]
    .map(([title, entries]) => ({ title, entries }))
    .filter(({ entries }) => entries.length > 0);
}

/** @param like the option that lists the same words already */
function optionEntry(name: string, definition: OptionDefinition, like: string | undefined): Entry {
  const { short, placeholder, description, repeatable, choices, default: fallback } = definition;
  const value = placeholder === null ? '' : ` <${placeholder}>`;
  const remarks = [
    ...(choices === undefined || choices.every((word) => description.includes(word))
      ? []
      : [like === undefined ? choices.join(', ') : `the words of ${flagOf(like)}`]),
    ...(fallback === undefined ? [] : [`default ${fallback}`]),
    ...(repeatable ? ['may be repeated'] : []),
  ];
  return {
    term: `${short === undefined ? '' : `-${short}, `}${flagOf(name)}${value}`,
    text: remarks.length === 0 ? description : `${description} (${remarks.join('; ')})`,
  };
}

function argumentEntries(declared: ArgumentDefinitions): Entry[] {
  return Object.entries(declared).map(([name, definition]) => ({
    term: argumentTerm(name, definition),
    text: definition.description,
  }));
}

function formatEntries(formats: readonly string[]): Entry[] {
  return formats.length === 0 ? [] : [{ term: formats.join(', '), text: 'beside those of every command' }];
}
