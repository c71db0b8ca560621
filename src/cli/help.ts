import type { CommandDefinition, HelpSection as Section } from '../commands/definition.js';
import { COMMANDS, GROUPS } from '../commands/index.js';
import { GLOBAL_OPTIONS } from './global-options.js';
import { optionSections, sectionsOf, usageOf } from './reference.js';

/** A terminal that has not been resized. */
const WIDTH = 80;
/** Where descriptions begin, at the latest; a longer term stands on a line of its own. */
const WIDEST_TERM = 30;

/** `sf-ops pending --help` */
export function commandHelp(definition: CommandDefinition): string {
  const paragraphs = [sentence(definition.summary), ...(definition.details?.split('\n\n') ?? [])];
  return [
    `Usage: ${usageOf(definition)}\n`,
    ...paragraphs.map((paragraph) => wrapped(paragraph.replaceAll('\n', ' '), 0)),
    ...sectionsOf(definition).map(sectionText),
    'Options that every command has (database, output, --timeout, --yes): sf-ops --help\n',
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
    [
      wrapped('Every option has an environment twin: --dry-run is SF_OPS_DRY_RUN.', 0),
      wrapped(
        'Exit codes: 0 done or yes, 2 usage, 3 no, 4 deadline, 5 failed, 6 unknown, 7 conflict, 8 pending, 9 refused, 69 cannot tell, 78 configuration.',
        0,
      ),
      'Help on one command: sf-ops help COMMAND\n',
    ].join(''),
  ].join('\n');
}

/** Commands and groups, each group where its first command stands. */
function firstWords(): Section['entries'] {
  const entries = COMMANDS.map(({ name, summary }) => {
    const [group, command] = name.split(' ') as [string, string | undefined];
    return command === undefined ? { term: name, text: summary } : { term: group, text: GROUPS[group]! };
  });
  return [...new Map(entries.map((entry) => [entry.term, entry])).values()];
}

function commandsOf(group: string): Section['entries'] {
  return COMMANDS.filter(({ name }) => name.startsWith(`${group} `)).map(({ name, summary }) => ({
    term: name.slice(group.length + 1),
    text: summary,
  }));
}

function sectionText({ title, entries }: Section): string {
  const column = Math.min(WIDEST_TERM, Math.max(...entries.map(({ term }) => term.length + 4)));
  const isExample = title === 'Examples';
  const lines = entries.map(({ term, text }) => {
    if (isExample) return `  ${term}\n${wrapped(text, 6)}`;
    const description = wrapped(text, column);
    return term.length + 4 > column
      ? `  ${term}\n${description}`
      : `  ${term}`.padEnd(column) + description.slice(column);
  });
  return `${title}:\n${lines.join('')}`;
}

function wrapped(text: string, indent: number): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => `${' '.repeat(indent)}${line}\n`).join('');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
