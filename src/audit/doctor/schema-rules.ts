import { fail, note, pass, unknown, type Verdicts } from '../../core/finding.js';
import { KNOWN_TABLES } from './expected-schema.js';
import type { KnownMigration, SchemaFacts } from './facts.js';
import { ruleAbout, type DoctorRule } from './rule.js';

const LEDGER = 'schema_versions';

/** Tables, columns and versions. A column or table on which the account has no privilege looks like one that is absent. */
export const SCHEMA_RULES: readonly DoctorRule[] = [
  ruleAbout('schema', {
    id: 'tables',
    severity: 'error',
    title: 'all tables of Shaken Fist exist',
    why: 'sf-ops reads and writes them.',
    remedy: 'Is --database the one of Shaken Fist? Its sf-database makes missing tables when it starts.',
    verdict: ({ missing, expected }) =>
      missing.length === 0
        ? pass(`All ${expected.size} tables exist.`)
        : fail(`Missing: ${missing.join(', ')}.`, { subjects: missing.map(tableSubject) }),
  }),
  ruleAbout('schema', {
    id: 'columns',
    severity: 'error',
    title: 'the tables have the columns that sf-ops names',
    why: 'A statement that names an absent column fails.',
    remedy:
      'Bring Shaken Fist and sf-ops to matching releases, or grant the account SELECT on the whole database.',
    verdict: (schema) => {
      const absent = absentColumns(schema);
      return absent.length === 0
        ? pass('All columns exist.')
        : fail(`Absent, or hidden from this account: ${absent.join(', ')}.`);
    },
  }),
  ruleAbout('schema', {
    id: 'engines',
    severity: 'error',
    title: 'every table is InnoDB',
    why: 'A table of another engine keeps what a rolled-back transaction wrote.',
    remedy: 'ALTER TABLE … ENGINE=InnoDB, while Shaken Fist is stopped.',
    verdict: ({ tables, expected }) => {
      const others = [...tables].filter(([name, { engine }]) => expected.has(name) && engine !== 'InnoDB');
      return others.length === 0
        ? pass('Every table is InnoDB.')
        : fail(`${others.map(([name, { engine }]) => `${name} is ${engine ?? 'a view'}`).join(', ')}.`, {
            subjects: others.map(([name]) => tableSubject(name)),
          });
    },
  }),
  ruleAbout('schema', {
    id: 'schema-versions',
    severity: 'error',
    title: 'sf-ops knows the version of every table',
    why: 'A newer version may mean other columns and other rules; Shaken Fist itself refuses any but its own.',
    remedy: null,
    verdict: (schema) =>
      whereVersionsKnown(schema, (versions) => compareVersions(versions, schema.migrations)),
  }),
  ruleAbout('schema', {
    id: 'migrations',
    severity: 'warning',
    title: 'no migration is outstanding',
    why: 'A Shaken Fist that expects the newer table does not start, and with v1 of cluster_operation_targets an operation has one target only.',
    remedy: null,
    verdict: (schema) =>
      whereVersionsKnown(schema, (versions) => {
        const outstanding = schema.migrations.filter(
          ({ table, toVersion }) => (versions.get(table) ?? toVersion) < toVersion,
        );
        if (outstanding.length === 0) return pass('No migration is outstanding.');
        const places = outstanding.map(
          ({ table, toVersion }) => `${table} is at ${versions.get(table)!} of ${toVersion}`,
        );
        return fail(`${outstanding.length} outstanding: ${places.join(', ')}.`, {
          remedy:
            outstanding.length === 1 ? `sf-ops migrate plan ${outstanding[0]!.id}` : 'sf-ops migrate plan',
          subjects: outstanding.map(({ table }) => tableSubject(table)),
        });
      }),
  }),
  ruleAbout('schema', {
    id: 'observational',
    severity: 'info',
    title: 'whether targets can be measurement only',
    why: 'A planned version of Shaken Fist marks targets that do not count as pending.',
    remedy: null,
    verdict: ({ tables }) =>
      tables.get('cluster_operation_targets')?.columns.has('observational')
        ? note('cluster_operation_targets.observational exists: targets so marked do not count as pending.')
        : note('There is no such mark: every target counts.'),
  }),
];

function absentColumns({ tables, expected }: SchemaFacts): string[] {
  return [...expected].flatMap(([name, columns]) => {
    const table = tables.get(name);
    if (table === undefined) return []; // reported by `tables` or `select-privilege`
    return [...columns.keys()]
      .filter((column) => !table.columns.has(column))
      .map((column) => `${name}.${column}`);
  });
}

function whereVersionsKnown(
  { versions }: SchemaFacts,
  verdict: (versions: ReadonlyMap<string, number>) => Verdicts,
): Verdicts {
  if ('unknown' in versions) return unknown(versions.unknown);
  return versions.value === null ? unknown(`there is no ${LEDGER}`) : verdict(versions.value);
}

/** An older version that sf-ops can migrate is the business of `migrations`. */
function compareVersions(
  versions: ReadonlyMap<string, number>,
  migrations: readonly KnownMigration[],
): Verdicts {
  const isMigratable = (table: string, version: number): boolean =>
    migrations.some((migration) => migration.table === table && version < migration.toVersion);
  const newer: string[] = [];
  const older: string[] = [];
  const unstamped: string[] = [];
  for (const [table, known] of Object.entries(KNOWN_TABLES)) {
    const version = versions.get(table);
    if (version === undefined) unstamped.push(`${table} is not in ${LEDGER}`);
    else if (version > known.version) newer.push(`${table} is at ${version}, newer than ${known.version}`);
    else if (version < known.version && !isMigratable(table, version))
      older.push(`${table} is at ${version}, older than ${known.version}`);
  }
  const found = [...newer, ...older, ...unstamped];
  if (found.length === 0) return pass('The version of every table is known.');
  const remedies = [
    ...(newer.length > 0 ? ['Use a newer sf-ops.'] : []),
    ...(older.length + unstamped.length > 0
      ? ['Start sf-database of the current release: it performs its steps.']
      : []),
  ];
  return fail(`${found.join('; ')}.`, { remedy: remedies.join(' ') });
}

function tableSubject(name: string): { type: string; uuid: null; name: string } {
  return { type: 'table', uuid: null, name };
}
