import type { Names } from '../../core/names.js';
import { byUrgency, isProblem, type Finding, type Subject } from '../../core/finding.js';
import type { Column, Line, NextCommand, Style } from '../../render/answer.js';
import { shortSubject, shortText } from './names.js';

/** A finding of audit: a row of the API. */
export interface AuditFinding {
  id: string;
  severity: Finding['severity'];
  count: number;
  title: string;
  subjects: readonly Subject[];
  why: string;
  /** What `--fix` does; null where nothing can be done by itself. */
  fix: string | null;
  /** What an operator can do. */
  remedy: string | null;
}

export function auditFinding(finding: Finding, fix: string | null): AuditFinding {
  const { id, severity, subjects, title, why, remedy } = finding;
  return { id, severity, count: subjects.length, title, subjects, why, fix, remedy };
}

/** What was found, most urgent first. */
export function foundIn(findings: readonly Finding[]): Finding[] {
  return byUrgency(findings.filter(({ result }) => result === 'fail'));
}

export function styleOf(severity: Finding['severity']): Style {
  return severity === 'error' ? 'bad' : severity === 'warning' ? 'warning' : 'dim';
}

/** One row for each thing that is wrong. */
export interface AuditRow {
  severity: Finding['severity'];
  id: string;
  subject: Subject;
  detail: string;
  hint: string | null;
}

export function rowsOf(findings: readonly Finding[]): AuditRow[] {
  return findings.flatMap(({ severity, id, subjects, title, remedy }) =>
    (subjects.length === 0 ? [NO_SUBJECT] : subjects).map((subject) => ({
      severity,
      id,
      subject,
      detail: subject.detail ?? title,
      hint: subject.remedy ?? remedy,
    })),
  );
}

const NO_SUBJECT: Subject = { type: 'cluster', uuid: null, name: null };

export function auditColumns(names: Names): readonly Column<AuditRow>[] {
  return [
    {
      name: 'severity',
      heading: '',
      value: ({ severity }) => severity,
      style: ({ severity }) => styleOf(severity),
      priority: 2,
    },
    { name: 'id', heading: 'RULE', value: ({ id }) => id, priority: 1 },
    {
      name: 'subject',
      heading: 'SUBJECT',
      value: ({ subject }) => subjectText(subject),
      display: ({ subject }, look) => (look.full ? subjectText(subject) : shortSubject(subject, names)),
      shrink: 'middle',
      least: 12,
    },
    {
      name: 'detail',
      heading: 'FOUND',
      value: ({ detail }) => detail,
      display: ({ detail }, { full }) => (full ? detail : shortText(detail, names)),
      shrink: 'wrap',
      least: 20,
    },
    {
      name: 'hint',
      heading: 'WHAT TO DO',
      value: ({ hint }) => hint,
      display: ({ hint }) => shortText(hint, names),
      wideOnly: true,
    },
  ];
}

export function subjectText({ type, uuid, name }: Subject): string {
  return [type, name ?? uuid].filter((part) => part !== null).join('/');
}

export function headline(findings: readonly Finding[]): Line {
  const problems = findings.filter(isProblem);
  const unseen = findings.filter(({ result }) => result === 'unknown');
  const subjects = problems.reduce((sum, { subjects: { length } }) => sum + Math.max(1, length), 0);
  if (problems.length > 0) {
    const rules = problems.length === 1 ? '1 rule' : `${problems.length} rules`;
    return {
      text: `not ok: ${subjects === 1 ? '1 problem' : `${subjects} problems`}, found by ${rules} of ${findings.length}`,
      style: 'bad',
    };
  }
  return unseen.length > 0
    ? {
        text: `cannot tell: ${unseen.map(({ id }) => id).join(', ')} could not be looked at`,
        style: 'warning',
      }
    : { text: 'ok: nothing is broken', style: 'good' };
}

/**
 * The one command that helps now: the repair of the most urgent finding that can be repaired, else what its remedy says.
 *
 * @param repairable ids of the rules whose findings `--fix` can mend
 */
export function nextStep(
  findings: readonly Finding[],
  repairable: ReadonlySet<string>,
  names: Names,
): NextCommand | null {
  const problems = foundIn(findings).filter(isProblem);
  const [first] = problems;
  if (first === undefined) return null;
  const fixed = problems.find(({ id }) => repairable.has(id));
  if (fixed !== undefined) return { label: 'Mend', command: `sf-ops audit --fix ${fixed.id}` };
  const remedy = shortText(first.remedy, names);
  return /^sf-ops (?!audit --fix)[\w -]+$/.test(remedy)
    ? { label: 'Next', command: remedy }
    : { label: 'What it means', command: `sf-ops audit --explain ${first.id}` };
}
