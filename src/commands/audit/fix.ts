import type { Audited } from '../../audit/audit.js';
import {
  makeRepair,
  shownRepair,
  type PlannedRepair,
  type Repairer,
  type Repaired,
} from '../../audit/repair.js';
import type { Names } from '../../core/names.js';
import { ExitCode } from '../../core/exit-codes.js';
import { isProblem, type Finding } from '../../core/finding.js';
import type { Database } from '../../database/database.js';
import { thisProducer } from '../../operations/producer.js';
import { answerOf, type AnyAnswer, type Column, type Line } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { shortSubject, shortText } from './names.js';
import { foundIn, subjectText } from './rows.js';

/** A repair as the API has it. */
interface FixRow {
  rule: string;
  type: string;
  uuid: string | null;
  name: string | null;
  result: Repaired['result'];
  what: string | null;
  why: string | null;
  statements: readonly string[];
}

const WORDS: Readonly<Record<Repaired['result'], string>> = {
  changed: 'mended',
  planned: 'planned',
  moved_first: 'unchanged',
  left: 'unchanged',
};

function columnsOf(names: Names): readonly Column<FixRow>[] {
  return [
    {
      name: 'result',
      heading: '',
      value: ({ result }) => result,
      display: ({ result }) => WORDS[result],
      style: ({ result }) => (result === 'changed' ? 'good' : result === 'planned' ? 'strong' : 'warning'),
    },
    { name: 'rule', heading: '', value: ({ rule }) => rule, priority: 1 },
    {
      name: 'subject',
      heading: '',
      value: subjectText,
      display: (row, { full }) => (full ? subjectText(row) : shortSubject(row, names)),
      shrink: 'middle',
      least: 12,
    },
    {
      name: 'detail',
      heading: '',
      value: ({ what, why }) => what ?? why,
      display: ({ what, why }, { full }) => (full ? (what ?? why ?? '') : shortText(what ?? why, names)),
      shrink: 'wrap',
      least: 20,
    },
  ];
}

/** What was found, and what is to be done about it. */
interface PlannedFix {
  audited: Audited;
  plans: readonly PlannedRepair[];
  names: Names;
  dryRun: boolean;
}

/** Mends what was found, one by one, or shows how it would be mended. */
export async function fixAnswer(
  context: CommandContext,
  database: Database,
  { audited, plans, names, dryRun }: PlannedFix,
  toAnswer: (findings: readonly Finding[]) => object,
): Promise<AnyAnswer> {
  const repairer = repairerOf(context);
  const doable = plans.filter(({ plan }) => 'repair' in plan).length;
  if (!dryRun && doable > 0) await context.confirm(question(plans));
  const done: Repaired[] = [];
  const rows = async function* (): AsyncGenerator<FixRow> {
    for (const planned of plans) {
      const repaired = dryRun ? shownRepair(planned) : await makeRepair(database, planned, repairer);
      done.push(repaired);
      yield rowOf(repaired);
    }
  };
  const counted = (...results: Repaired['result'][]): number =>
    done.filter(({ result }) => results.includes(result)).length;
  const unfixable = audited.findings.filter(
    (finding) => isProblem(finding) && !plans.some(({ rule }) => rule === finding.id),
  );
  return answerOf<FixRow>({
    columns: columnsOf(names),
    rows: rows(),
    json: {
      head: () => ({ dry_run: dryRun }),
      rows: 'fixes',
      tail: () => ({
        changed: counted('changed'),
        unchanged: counted('moved_first', 'left'),
        ...toAnswer(foundIn(audited.findings)),
      }),
    },
    indent: 2,
    before: () => [headline(plans, dryRun)],
    after: (look) => [
      ...(dryRun
        ? done.flatMap(({ statements }) => statements.map((text): Line => ({ text, keep: look.full })))
        : []),
      account(counted('changed'), counted('moved_first'), counted('left'), dryRun),
    ],
    exitCode: () => {
      if (dryRun) return ExitCode.OK;
      if (counted('moved_first') > 0) return ExitCode.CONFLICT;
      return counted('left') > 0 || unfixable.length > 0 ? ExitCode.NO : ExitCode.OK;
    },
    isReport: !dryRun,
    undelivered: () => `${counted('changed')} of ${plans.length} repairs were made.`,
  });
}

export function repairerOf(context: CommandContext): Repairer {
  return { ...thisProducer(), now: () => context.now() };
}

function rowOf({ rule, subject, result, what, why, statements }: Repaired): FixRow {
  const { type, uuid, name } = subject;
  return { rule, type, uuid, name, result, what, why, statements };
}

function headline(plans: readonly PlannedRepair[], dryRun: boolean): Line {
  const { length } = plans.filter(({ plan }) => 'repair' in plan);
  if (plans.length === 0) return { text: 'nothing to mend', style: 'good' };
  const count = length === 1 ? '1 repair' : `${length} repairs`;
  return { text: dryRun ? `dry run: ${count} would be made` : count, style: 'strong' };
}

function account(changed: number, moved: number, left: number, dryRun: boolean): Line {
  if (dryRun) return { text: 'Nothing was changed.', style: 'dim' };
  const parts = [
    `${changed} mended`,
    ...(moved > 0 ? [`${moved} unchanged because somebody else moved first`] : []),
    ...(left > 0 ? [`${left} cannot be mended this way`] : []),
  ];
  return { text: `${parts.join(', ')}.`, style: moved + left > 0 ? 'warning' : 'good' };
}

function question(plans: readonly PlannedRepair[]): string {
  const count = plans.filter(({ plan }) => 'repair' in plan).length;
  const rules = [...new Set(plans.map(({ rule }) => rule))].join(', ');
  return `Make ${count === 1 ? '1 repair' : `${count} repairs`} for ${rules}?`;
}
