import type { Restored } from '../../migrations/drop-last-cluster-operation/restore.js';
import type { Applied, Check, Migration } from '../../migrations/migration.js';
import type { MigrationStatus } from '../../migrations/status.js';
import { tableOf, type Line, type Report } from '../../render/report.js';
import { RESULT_TONES, STATE_TONES } from './tones.js';

export interface AppliedMigration extends Applied {
  migration: Migration;
}

export function statusReport({ standings, running }: MigrationStatus): Report {
  const items = standings.map(({ migration, standing }) => ({
    id: migration.id,
    table: migration.table,
    from_version: migration.fromVersion,
    to_version: migration.toVersion,
    current_version: standing.currentVersion,
    state: standing.state,
    detail: standing.detail,
  }));
  return {
    document: { migrations: items, running },
    table: tableOf({
      columns: [
        { name: 'id', heading: 'MIGRATION', value: ({ id }) => id },
        {
          name: 'state',
          heading: 'STATE',
          value: ({ state }) => state,
          tone: ({ state }) => STATE_TONES[state],
        },
        {
          name: 'version',
          heading: 'VERSION',
          value: ({ current_version: version }) => version,
          display: ({ current_version: version, to_version: to }) => `${version ?? 'none'} of ${to}`,
        },
        { name: 'detail', heading: 'DETAIL', value: ({ detail }) => detail },
      ],
      items,
      empty: '',
    }),
    footer: running === null ? [] : [{ text: `Running: ${running}.`, tone: 'strong' }],
  };
}

export function verifyReport(verified: readonly { migration: Migration; checks: Check[] }[]): Report {
  return {
    document: {
      migrations: verified.map(({ migration, checks }) => ({
        id: migration.id,
        ok: allPass(checks),
        checks,
      })),
      ok: verified.every(({ checks }) => allPass(checks)),
    },
    table: checkTable(
      verified.flatMap(({ migration, checks }) =>
        checks.map((check) => ({ migration: migration.id, ...check })),
      ),
    ),
  };
}

export function appliedReport(applied: readonly AppliedMigration[]): Report {
  const items = applied.map(({ migration, ...rest }) => ({
    id: migration.id,
    table: migration.table,
    ...rest,
  }));
  const failed = items.flatMap(({ id, checks }) =>
    checks.filter(({ result }) => result !== 'pass').map((check) => ({ migration: id, ...check })),
  );
  return {
    document: { migrations: items, ok: items.every(({ outcome }) => outcome !== 'not_verified') },
    table: tableOf({
      columns: [
        { name: 'id', heading: 'MIGRATION', value: ({ id }) => id },
        {
          name: 'outcome',
          heading: 'OUTCOME',
          value: ({ outcome }) => outcome,
          tone: ({ outcome }) => (outcome === 'not_verified' ? 'bad' : 'good'),
        },
        {
          name: 'statements',
          heading: 'STATEMENTS',
          value: ({ alterations }) => alterations.map(({ phase }) => phase).join(', ') || null,
        },
        {
          name: 'attempts',
          heading: 'ATTEMPTS',
          value: ({ alterations }) => sum(alterations.map((one) => one.attempts)),
        },
        {
          name: 'waited_seconds',
          heading: 'WAITED',
          value: ({ alterations }) => sum(alterations.map((one) => one.waited_seconds)),
          display: ({ alterations }) => `${sum(alterations.map((one) => one.waited_seconds))} s`,
        },
        { name: 'killed', heading: 'KILLED', value: ({ alterations }) => killed(alterations) },
        { name: 'backed_up', heading: 'BACKED UP', value: ({ backup }) => backup?.rows ?? null },
        { name: 'backfilled', heading: 'BACKFILLED', value: ({ backfilled }) => backfilled.length },
      ],
      items,
      empty: '',
    }),
    footer: failed.map(({ migration, node, name, detail }) => ({
      text: `${migration}: ${name} on ${node}: ${detail}`,
      tone: 'bad',
    })),
  };
}

export function restoredReport(restored: Restored): Report {
  const { values } = restored;
  const lines: Line[] = [];
  if (values?.exact === true)
    lines.push({ text: 'The column holds exactly what was backed up.', tone: 'good' });
  if (values?.exact === false)
    lines.push({
      text: 'The column holds other values than were backed up: those that were written since were kept.',
      tone: 'bad',
    });
  return {
    document: restored,
    table: tableOf({
      columns: [
        { name: 'outcome', heading: 'OUTCOME', value: ({ outcome }) => outcome },
        { name: 'restored', heading: 'RESTORED', value: (one) => one.values?.restored ?? null },
        { name: 'kept', heading: 'KEPT', value: (one) => one.values?.kept ?? null },
        { name: 'missing', heading: 'MISSING', value: (one) => one.values?.missing ?? null },
        { name: 'version', heading: 'VERSION', value: ({ version }) => version },
      ],
      items: [restored],
      empty: '',
    }),
    footer: lines,
  };
}

function checkTable(items: ({ migration: string } & Check)[]): Report['table'] {
  return tableOf({
    columns: [
      { name: 'migration', heading: 'MIGRATION', value: ({ migration }) => migration },
      { name: 'node', heading: 'NODE', value: ({ node }) => node },
      { name: 'check', heading: 'CHECK', value: ({ name }) => name },
      {
        name: 'result',
        heading: 'RESULT',
        value: ({ result }) => result,
        tone: ({ result }) => RESULT_TONES[result],
      },
      { name: 'detail', heading: 'DETAIL', value: ({ detail }) => detail },
    ],
    items,
    empty: '',
  });
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
