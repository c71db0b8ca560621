import type { CommandDefinition, HelpSection } from '../../commands/definition.js';
import { GLOBAL_OPTIONS } from '../global-options.js';
import { PROGRAM } from '../program.js';
import { usageOf } from '../spelling.js';
import { optionSections, sectionsOf } from './reference.js';

/** docs/reference.md: every command with its arguments, options, examples and exit codes. */
export function referencePage(): string {
  const listed = PROGRAM.filter(({ isHidden }) => isHidden !== true);
  return [
    '# Reference',
    'Made from the declarations of the commands (`npm run reference`): the same as `sf-ops help COMMAND` and the manual page.',
    listed.map(({ name }) => `[${name}](#${`sf-ops ${name}`.replaceAll(' ', '-')})`).join(' · '),
    '## Options of every command',
    ...optionSections(GLOBAL_OPTIONS).flatMap(tableOf),
    ...listed.flatMap(commandLines),
  ]
    .join('\n\n')
    .concat('\n');
}

function commandLines(definition: CommandDefinition): string[] {
  const { name, summary, details } = definition;
  return [
    `## sf-ops ${name}`,
    `\`${usageOf(definition)}\``,
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    ...(details === undefined ? [] : [details.replaceAll(/(?<!\n)\n(?!\n)/g, ' ')]),
    ...sectionsOf(definition).flatMap(tableOf),
  ];
}

function tableOf({ title, entries }: HelpSection): string[] {
  const rows = entries.map(({ term, text }) => `| ${code(term)} | ${cell(text)} |`);
  return [`**${title}**`, ['| | |', '| --- | --- |', ...rows].join('\n')];
}

function code(text: string): string {
  return `\`${text.replaceAll('|', String.raw`\|`)}\``;
}

/** Text in which nothing is markup. */
function cell(text: string): string {
  return text.replaceAll(/[|<>*_[\]`]/g, (sign) => `\\${sign}`);
}
