import type { CommandDefinition, HelpSection } from '../../commands/definition.js';
import type { AnyAnswer } from '../../render/answer.js';
import { VERSION } from '../../version.js';
import { GLOBAL_OPTIONS } from '../global-options.js';
import { PROGRAM } from '../program.js';
import { referencePage } from './markdown.js';
import { usageOf } from '../spelling.js';
import { optionSections, sectionsOf } from './reference.js';
import { textAnswer } from './text-answer.js';
import { TOPICS } from './topics.js';

/** `sf-ops man` */
export async function runMan(): Promise<AnyAnswer> {
  return textAnswer(manualPage(), { markdown: { text: () => referencePage() } });
}

/** The manual page in man(7) macros. */
export function manualPage(): string {
  const lines = [
    `.TH SF-OPS 1 "" "sf-ops ${VERSION}" "System administration"`,
    '.SH NAME',
    String.raw`sf-ops \- administer the cluster operations of a Shaken Fist cloud`,
    '.SH SYNOPSIS',
    '.B sf-ops',
    String.raw`.RI [ options ]`,
    '.I command',
    String.raw`.RI [ arguments ]`,
    '.SH DESCRIPTION',
    text(
      'sf-ops connects to the MariaDB of a Shaken Fist cluster: it enqueues cluster operations, tells what is pending and why, decides whether a network is okay, and applies the migrations of the schema.',
    ),
    '.SH COMMANDS',
    ...PROGRAM.filter(({ isHidden }) => isHidden !== true).flatMap(commandLines),
    '.SH OPTIONS',
    text('Options that every command has, before or after its name.'),
    ...optionSections(GLOBAL_OPTIONS).flatMap((section) => sectionLines(section)),
    ...TOPICS.flatMap(({ title, paragraphs, sections }) => [
      `.SH ${quoted(title.toUpperCase())}`,
      ...paragraphs.flatMap((paragraph) => ['.PP', text(paragraph)]),
      ...sections.flatMap((section) => sectionLines(section)),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function commandLines(definition: CommandDefinition): string[] {
  const { summary, details } = definition;
  return [
    `.SS ${quoted(usageOf(definition))}`,
    text(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`),
    ...(details?.split('\n\n') ?? []).flatMap((paragraph) => ['.PP', text(paragraph.replaceAll('\n', ' '))]),
    ...sectionsOf(definition).flatMap((section) => sectionLines(section)),
  ];
}

function sectionLines({ title, entries }: HelpSection): string[] {
  return [
    '.PP',
    `.I ${quoted(title)}`,
    ...entries.flatMap((entry) => ['.TP', `.B ${quoted(entry.term)}`, text(entry.text)]),
  ];
}

/** A macro's argument. */
function quoted(argument: string): string {
  return `"${escaped(argument).replaceAll('"', String.raw`\(dq`)}"`;
}

/** A line of text, which a full stop or an apostrophe at its beginning would make a macro. */
function text(line: string): string {
  return escaped(line).replace(/^(?=[.'])/, String.raw`\&`);
}

function escaped(line: string): string {
  return line.replaceAll('\\', String.raw`\e`).replaceAll('-', String.raw`\-`);
}
