import type { CommandDefinition, HelpSection as Section } from '../../commands/definition.js';
import { GROUPS } from '../../commands/index.js';
import type { CommandContext } from '../../commands/context.js';
import { UsageError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import { shown } from '../../core/parsed-value.js';
import type { AnyAnswer } from '../../render/answer.js';
import { PROGRAM } from '../program.js';
import type { HelpRequest } from './definitions.js';
import { GLOBAL_OPTIONS } from '../global-options.js';
import { usageOf } from '../spelling.js';
import { optionSections, sectionsOf } from './reference.js';
import { textAnswer } from './text-answer.js';
import { TOPICS, type Topic } from './topics.js';

/** A terminal that has not been resized. */
const WIDTH = 80;
/** Where descriptions begin, at the latest; a longer term stands on a line of its own. */
const WIDEST_TERM = 30;

const LISTED = PROGRAM.filter(({ isHidden }) => isHidden !== true);

/** `sf-ops help …` */
export async function runHelp(
  _context: CommandContext,
  { arguments: { topic: words } }: HelpRequest,
): Promise<AnyAnswer> {
  return textAnswer(helpOn(words.join(' ')));
}

/** @throws UsageError with the nearest word */
function helpOn(name: string): string {
  const definition = PROGRAM.find((one) => one.name === name);
  if (definition !== undefined) return commandHelp(definition);
  const topic = TOPICS.find((one) => one.name === name);
  if (topic !== undefined) return topicHelp(topic);
  if (name === '' || name in GROUPS) return listHelp(name === '' ? null : name);
  const known = [...LISTED, ...TOPICS].map((one) => one.name);
  const close = nearest(name, [...known, ...Object.keys(GROUPS)]);
  throw new UsageError(`There is no help on ${shown(name)}.`, {
    hint: close === null ? 'sf-ops help lists commands and topics.' : `Did you mean sf-ops help ${close}?`,
  });
}

function topicHelp({ title, paragraphs, sections }: Topic): string {
  return [
    `${title}\n`,
    ...paragraphs.map((paragraph) => wrapped(paragraph, 0)),
    ...sections.map(sectionText),
  ].join('\n');
}

/** `sf-ops pending --help` */
export function commandHelp(definition: CommandDefinition): string {
  const paragraphs = [sentence(definition.summary), ...(definition.details?.split('\n\n') ?? [])];
  return [
    `Usage: ${usageOf(definition)}\n`,
    ...paragraphs.map((paragraph) => wrapped(paragraph.replaceAll('\n', ' '), 0)),
    ...sectionsOf(definition).map(sectionText),
    'Options of every command (database, output, --timeout, --yes): sf-ops --help\n',
  ].join('\n');
}

/** `sf-ops --help`, or `sf-ops network --help` where `group` is a word. */
export function listHelp(group: string | null): string {
  const program = group === null ? 'sf-ops' : `sf-ops ${group}`;
  const list = { title: 'Commands', entries: group === null ? firstWords() : commandsOf(group) };
  if (group !== null) return [`Usage: ${program} <command> [options]\n`, sectionText(list)].join('\n');
  return [
    `Usage: ${program} <command> [options]\n`,
    wrapped('Administer the cluster operations of a Shaken Fist cloud, straight from its MariaDB.', 0),
    sectionText(list),
    ...optionSections(GLOBAL_OPTIONS).map(sectionText),
    sectionText({
      title: 'More help',
      entries: [
        { term: 'sf-ops help COMMAND', text: 'arguments, options, examples and exit codes of a command' },
        ...TOPICS.map(({ name, title }) => ({ term: `sf-ops help ${name}`, text: title.toLowerCase() })),
      ],
    }),
    wrapped('Every option has an environment twin: --dry-run is SF_OPS_DRY_RUN.', 0),
  ].join('\n');
}

/** Commands and groups, each group where its first command stands. */
function firstWords(): Section['entries'] {
  const entries = LISTED.map(({ name, summary }) => {
    const [group, command] = name.split(' ') as [string, string | undefined];
    return command === undefined ? { term: name, text: summary } : { term: group, text: GROUPS[group]! };
  });
  return [...new Map(entries.map((entry) => [entry.term, entry])).values()];
}

function commandsOf(group: string): Section['entries'] {
  return LISTED.filter(({ name }) => name.startsWith(`${group} `)).map(({ name, summary }) => ({
    term: name.slice(group.length + 1),
    text: summary,
  }));
}

function sectionText({ title, entries }: Section): string {
  const column = Math.min(WIDEST_TERM, Math.max(...entries.map(({ term }) => term.length + 4)));
  const isExample = title === 'Examples';
  const lines = entries.map(({ term, text }) => {
    if (isExample) return `${continued(term)}${wrapped(text, 6)}`;
    const description = wrapped(text, column);
    return term.length + 4 > column
      ? `  ${term}\n${description}`
      : `  ${term}`.padEnd(column) + description.slice(column);
  });
  return `${title}:\n${lines.join('')}`;
}

function wrapped(text: string, indent: number, width = WIDTH): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && indent + line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => `${' '.repeat(indent)}${line}\n`).join('');
}

/** A command line, continued as a shell takes it. */
function continued(command: string): string {
  const [first, ...rest] = wrapped(command, 4, WIDTH - 2)
    .trim()
    .split(/\n */);
  return `  ${[first, ...rest.map((line) => `    ${line}`)].join(' \\\n')}\n`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
