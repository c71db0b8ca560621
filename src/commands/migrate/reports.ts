import type { Applied, Check, Migration, Restored } from '../../migrations/migration.js';
import type { MigrationStatuses } from '../../migrations/statuses.js';
import { ExitCode } from '../../core/exit-codes.js';
import { answerOf, type AnyAnswer, type Line, type NextCommand } from '../../render/answer.js';
import { RESULT_STYLES, STATE_STYLES } from './styles.js';

export interface AppliedMigration extends Applied {
  migration: Migration;
}

export function statusAnswer({ statuses, running }: MigrationStatuses): AnyAnswer {
  const items = statuses.map(({ migration, status }) => ({
    id: migration.id,
    table: migration.table,
    from_version: migration.fromVersion,
    to_version: migration.toVersion,
    current_version: status.currentVersion,
    state: status.state,
    detail: status.detail,
  }));
  const outstanding = items.filter(({ state }) => state !== 'applied');
  return answerOf<(typeof items)[number]>({
    columns: [
      { name: 'id', heading: 'MIGRATION', value: ({ id }) => id, shrink: 'middle', least: 18 },
      {
        name: 'state',
        heading: 'STATE',
        value: ({ state }) => state,
        style: ({ state }) => STATE_STYLES[state],
      },
      {
        name: 'version',
        heading: 'VERSION',
        value: ({ current_version: version }) => version,
        display: versionText,
        plain: versionText,
        priority: 1,
      },
      {
        name: 'detail',
        heading: 'DETAIL',
        value: ({ detail }) => detail,
        shrink: 'wrap',
        least: 20,
        priority: 2,
      },
    ],
    rows: items,
    json: { document: () => ({ migrations: items, running }) },
    before: () => [
      outstanding.length === 0
        ? { text: `all ${items.length} migrations are applied`, style: 'good' }
        : { text: `${outstanding.length} of ${items.length} migrations outstanding`, style: 'warning' },
    ],
    after: () => (running === null ? [] : [{ text: `Running: ${running}.`, style: 'strong' }]),
    next: () =>
      outstanding[0] === undefined || running !== null
        ? null
        : { label: 'Plan', command: `sf-ops migrate plan ${outstanding[0].id}` },
    exitCode: ExitCode.OK,
  });
}

function versionText({
  current_version: version,
  to_version: to,
}: {
  current_version: number | null;
  to_version: number;
}): string {
  return `${version ?? 'none'} of ${to}`;
}

type NodeCheck = { migration: string } & Check;

export function verifyAnswer(
  verified: readonly { migration: Migration; checks: Check[] }[],
  exitCode: ExitCode,
): AnyAnswer {
  const rows = verified.flatMap(({ migration, checks }) =>
    checks.map((check): NodeCheck => ({ migration: migration.id, ...check })),
  );
  const wrong = rows.filter(({ result }) => result !== 'pass');
  return answerOf<NodeCheck>({
    columns: [
      {
        name: 'migration',
        heading: 'MIGRATION',
        value: ({ migration }) => migration,
        shrink: 'middle',
        least: 12,
        priority: 2,
      },
      { name: 'node', heading: 'NODE', value: ({ node }) => node, priority: 1 },
      { name: 'check', heading: 'CHECK', value: ({ name }) => name },
      {
        name: 'result',
        heading: 'RESULT',
        value: ({ result }) => result,
        style: ({ result }) => RESULT_STYLES[result],
      },
      { name: 'detail', heading: 'DETAIL', value: ({ detail }) => detail, shrink: 'wrap', least: 16 },
    ],
    rows,
    json: {
      document: () => ({
        migrations: verified.map(({ migration, checks }) => ({
          id: migration.id,
          ok: allPass(checks),
          checks,
        })),
        ok: wrong.length === 0,
      }),
    },
    before: () => [verdictOn(rows, wrong)],
    isQuiet: ({ result }) => result === 'pass',
    rest: (count) => (wrong.length === 0 ? null : { text: `${count} passed (--verbose)`, style: 'dim' }),
    next: () => {
      const failed = wrong.find(({ result }) => result === 'fail');
      return failed === undefined
        ? null
        : { label: 'Plan', command: `sf-ops migrate plan ${failed.migration}` };
    },
    exitCode,
  });
}

function verdictOn(rows: readonly NodeCheck[], wrong: readonly NodeCheck[]): Line {
  if (wrong.length === 0) return { text: `ok: ${rows.length} checks passed`, style: 'good' };
  const failed = wrong.filter(({ result }) => result === 'fail').length;
  const text = `${failed} of ${rows.length} checks failed, ${wrong.length - failed} unknown`;
  return failed > 0
    ? { text: `not ok: ${text}`, style: 'bad' }
    : { text: `cannot tell: ${text}`, style: 'warning' };
}

export function appliedAnswer(applied: readonly AppliedMigration[]): AnyAnswer {
  const items = applied.map(({ migration, ...rest }) => ({
    id: migration.id,
    table: migration.table,
    ...rest,
  }));
  const ok = items.every(({ outcome }) => outcome !== 'not_verified');
  const failed = items.flatMap(({ id, checks }) =>
    checks.filter(({ result }) => result !== 'pass').map((check) => ({ migration: id, ...check })),
  );
  return answerOf<(typeof items)[number]>({
    columns: [
      { name: 'id', heading: 'MIGRATION', value: ({ id }) => id, shrink: 'middle', least: 18 },
      {
        name: 'outcome',
        heading: 'OUTCOME',
        value: ({ outcome }) => outcome,
        style: ({ outcome }) => (outcome === 'not_verified' ? 'bad' : 'good'),
      },
      {
        name: 'statements',
        heading: 'STATEMENTS',
        value: ({ alterations }) => alterations.map(({ phase }) => phase).join(', ') || null,
        shrink: 'wrap',
        least: 10,
        priority: 1,
      },
      {
        name: 'attempts',
        heading: 'ATTEMPTS',
        value: ({ alterations }) => sum(alterations.map((one) => one.attempts)),
        align: 'right',
        priority: 4,
      },
      {
        name: 'waited_seconds',
        heading: 'WAITED',
        value: ({ alterations }) => sum(alterations.map((one) => one.waited_seconds)),
        display: waitedText,
        plain: waitedText,
        align: 'right',
        priority: 3,
      },
      {
        name: 'killed',
        heading: 'ABORTED',
        value: ({ alterations }) => killed(alterations),
        align: 'right',
        priority: 2,
      },
      {
        name: 'backed_up',
        heading: 'BACKED UP',
        value: ({ backup }) => backup?.rows ?? null,
        align: 'right',
        priority: 2,
      },
      {
        name: 'backfilled',
        heading: 'BACKFILLED',
        value: ({ backfilled }) => backfilled.length,
        align: 'right',
        priority: 2,
      },
    ],
    rows: items,
    json: { document: () => ({ migrations: items, ok }) },
    after: () => [
      ...items.flatMap(({ backup }) =>
        backup === null ? [] : [`Backup: ${backup.rows} values in ${backup.file}`],
      ),
      ...failed.map(({ migration, node, name, detail }): Line => ({
        text: `${migration}: ${name} on ${node}: ${detail}`,
        style: 'bad',
      })),
    ],
    next: () => nextAfter(items),
    exitCode: ok ? ExitCode.OK : ExitCode.NO,
    undelivered: () => items.map(({ id, outcome }) => `${id}: ${outcome}.`).join(' '),
  });
}

/** What was hidden is to be dropped; what does not verify is to be looked at. */
function nextAfter(items: readonly { id: string; outcome: Applied['outcome'] }[]): NextCommand | null {
  const wrong = items.find(({ outcome }) => outcome === 'not_verified');
  if (wrong !== undefined) return { label: 'Look', command: `sf-ops migrate verify ${wrong.id}` };
  const hidden = items.find(({ outcome }) => outcome === 'hidden' || outcome === 'already_hidden');
  if (hidden === undefined) return null;
  return { label: 'Finish', command: `sf-ops migrate apply ${hidden.id} --phase drop` };
}

export function restoredAnswer(restored: Restored): AnyAnswer {
  const exact = restored.values?.exact;
  return answerOf<Restored>({
    columns: [
      { name: 'outcome', heading: 'OUTCOME', value: ({ outcome }) => outcome },
      {
        name: 'restored',
        heading: 'RESTORED',
        value: ({ values }) => values?.restored ?? null,
        align: 'right',
      },
      { name: 'kept', heading: 'KEPT', value: ({ values }) => values?.kept ?? null, align: 'right' },
      { name: 'missing', heading: 'MISSING', value: ({ values }) => values?.missing ?? null, align: 'right' },
      { name: 'version', heading: 'VERSION', value: ({ version }) => version, align: 'right', priority: 1 },
    ],
    rows: [restored],
    json: { document: () => restored },
    before: () => exactness(restored.values),
    exitCode: exact === false ? ExitCode.NO : ExitCode.OK,
    undelivered: () => `restore: ${restored.outcome}.`,
  });
}

function exactness(values: Restored['values']): Line[] {
  if (values === null) return [];
  if (values.exact === true) return [{ text: 'The column holds exactly what was backed up.', style: 'good' }];
  if (values.exact === false)
    return [{ text: 'The column holds other values than were backed up.', style: 'bad' }];
  const gone = `${values.missing} rows of the backup are gone`;
  return [{ text: `${gone}, ${values.kept} had a value already, which stays.`, style: 'warning' }];
}

function waitedText({ alterations }: Pick<Applied, 'alterations'>): string {
  return `${sum(alterations.map((one) => one.waited_seconds))} s`;
}

function allPass(checks: readonly Check[]): boolean {
  return checks.every(({ result }) => result === 'pass');
}

function killed(alterations: Applied['alterations']): number | null {
  const counts = alterations.flatMap(({ killed_transactions: count }) => count ?? []);
  return counts.length === 0 ? null : sum(counts);
}

function sum(numbers: readonly number[]): number {
  return Number(numbers.reduce((total, number) => total + number, 0).toFixed(3));
}
