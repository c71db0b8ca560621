import { byUrgency, isProblem, type Finding } from '../../core/finding.js';
import type { Column, Line, Style } from '../../render/answer.js';

/** A finding of doctor: a row of the API. */
export interface Check {
  id: string;
  result: 'pass' | 'fail' | 'warn' | 'info' | 'unknown';
  /** What was found, in a sentence. */
  title: string;
  /** The whole of what was found. */
  detail: string;
  /** What to do about it. */
  hint: string | null;
  why: string;
}

export function checkOf(finding: Finding): Check {
  const { id, title, detail, remedy, why } = finding;
  const whole = [title, detail].filter((part) => part !== null).join(' ');
  return { id, result: wordOf(finding), title, detail: whole, hint: remedy, why };
}

/** Most urgent first. */
export function checksOf(findings: readonly Finding[]): Check[] {
  return byUrgency(findings).map(checkOf);
}

/** Warnings are for the operator to weigh; doctor says no to errors only. */
export function isError(finding: Finding): boolean {
  return isProblem(finding) && finding.severity === 'error';
}

function wordOf({ result, severity }: Finding): Check['result'] {
  switch (result) {
    case 'fail':
      return severity === 'error' ? 'fail' : severity === 'warning' ? 'warn' : 'info';
    case 'unknown':
      return 'unknown';
    case 'pass':
    case 'skip':
      return 'pass';
  }
}

const STYLES: Readonly<Record<Check['result'], Style>> = {
  fail: 'bad',
  warn: 'warning',
  unknown: 'warning',
  info: 'dim',
  pass: 'good',
};

const WORDS: Readonly<Partial<Record<Check['result'], string>>> = { warn: 'attention', info: 'note' };

/** Without headings: the words say what they are. */
export const CHECK_COLUMNS: readonly Column<Check>[] = [
  {
    name: 'result',
    heading: '',
    value: ({ result }) => result,
    display: ({ result }) => wordFor(result),
    style: ({ result }) => STYLES[result],
  },
  { name: 'id', heading: '', value: ({ id }) => id },
  { name: 'detail', heading: '', value: ({ detail }) => detail, shrink: 'wrap', least: 20 },
  {
    name: 'hint',
    heading: '',
    value: ({ hint }) => hint,
    display: ({ hint }) => hint ?? '',
    shrink: 'wrap',
    least: 20,
    priority: 1,
  },
];

/** For people: what was found, and below it what to do. `among` are those that it stands with. */
export function checkLines({ result, id, detail, hint }: Check, among: readonly Check[]): Line[] {
  const widest = (texts: readonly string[]): number => Math.max(...texts.map(({ length }) => length));
  const word = wordFor(result).padEnd(widest(among.map((check) => wordFor(check.result))));
  const place = `  ${word}  ${id.padEnd(widest(among.map((check) => check.id)))}  `;
  const hang = place.length;
  const first: Line = { text: place + detail, style: STYLES[result], hang };
  return hint === null ? [first] : [first, { text: `${' '.repeat(hang)}${hint}`, hang }];
}

function wordFor(result: Check['result']): string {
  return WORDS[result] ?? result;
}

export function isQuiet({ result }: Check): boolean {
  return result === 'pass' || result === 'info';
}

export function headline(checks: readonly Check[]): Line {
  const failed = checks.filter(({ result }) => result === 'fail').length;
  const others = checks.filter((check) => !isQuiet(check)).length - failed;
  if (failed === 0 && others === 0) return { text: `ok: ${counted(checks.length, 'check')}`, style: 'good' };
  const text = `${failed} of ${counted(checks.length, 'check')} failed, ${others} ${others === 1 ? 'wants' : 'want'} attention`;
  return failed > 0
    ? { text: `not ok: ${text}`, style: 'bad' }
    : { text: `attention: ${text}`, style: 'warning' };
}

export function rest(checks: readonly Check[]): Line {
  const passed = checks.filter(({ result }) => result === 'pass').length;
  const notes = checks.filter(({ result }) => result === 'info').length;
  return { text: `${passed} passed, ${counted(notes, 'note')} (--verbose)`, style: 'dim' };
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
