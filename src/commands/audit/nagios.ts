import { isProblem, type Finding } from '../../core/finding.js';
import type { ExitCode } from '../../core/exit-codes.js';
import { printable } from '../../render/printable.js';
import { subjectText } from './rows.js';

/** The exit codes of a monitoring plugin (Monitoring Plugins development guidelines), which differ from our own. */
const EXIT = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 } as const satisfies Record<string, ExitCode>;

/** Subjects named in a line of the long output. */
const NAMED_AT_MOST = 5;

/** One line with the status and the performance data, then one line for each finding. */
export function nagiosText(findings: readonly Finding[]): string {
  const found = findings.filter(({ result }) => result === 'fail');
  const unseen = findings.filter(({ result }) => result === 'unknown');
  const data = found.map(({ id, subjects }) => `'${id}'=${Math.max(1, subjects.length)};;;0`);
  const first = `AUDIT ${status(findings)} - ${plain(summary(findings, unseen))}`;
  return [
    data.length === 0 ? first : `${first} | ${data.join(' ')}`,
    ...found.map(({ severity, id, title, subjects }) => {
      const named = subjects.slice(0, NAMED_AT_MOST).map(subjectText).join(', ');
      const more = subjects.length > NAMED_AT_MOST ? ', …' : '';
      return plain(`${severity}: ${id}: ${title} ${named}${more}`);
    }),
    ...unseen.map(({ id, title }) => plain(`unknown: ${id}: ${title}`)),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

export function nagiosExit(findings: readonly Finding[]): ExitCode {
  return EXIT[status(findings)];
}

function status(findings: readonly Finding[]): keyof typeof EXIT {
  const problems = findings.filter(isProblem);
  if (problems.some(({ severity }) => severity === 'error')) return 'CRITICAL';
  if (problems.length > 0) return 'WARNING';
  return findings.some(({ result }) => result === 'unknown') ? 'UNKNOWN' : 'OK';
}

function summary(findings: readonly Finding[], unseen: readonly Finding[]): string {
  const problems = findings.filter(isProblem);
  if (problems.length > 0) return problems.map(({ title }) => title).join(' ');
  return unseen.length > 0
    ? `${unseen.map(({ id }) => id).join(', ')} could not be looked at`
    : 'nothing is broken';
}

/** Nagios takes what follows a `|` for performance data, wherever it stands. */
function plain(text: string): string {
  return printable(text).replaceAll('|', '/');
}
