import { declareCheck, fail, info, pass, unknown, warn, type Check, type Finding } from './check.js';
import { KNOWN_TABLES } from './expected-schema.js';
import type { SchemaFacts } from './facts.js';

const LEDGER = 'schema_versions';

/** Tables, columns and versions. A column or table on which the account has no privilege looks like one that is absent. */
export const SCHEMA_CHECKS: readonly Check[] = [
  declareCheck({
    id: 'tables',
    title: 'all tables of Shaken Fist exist',
    why: 'sf-ops reads and writes them.',
    about: 'schema',
    examine: ({ missing, expected }) =>
      missing.length === 0
        ? pass(`All ${expected.size} tables exist.`)
        : fail(
            `Missing: ${missing.join(', ')}.`,
            'Is --database the one of Shaken Fist? Its sf-database makes missing tables when it starts.',
          ),
  }),
  declareCheck({
    id: 'columns',
    title: 'the tables have the columns that sf-ops names',
    why: 'A statement that names an absent column fails.',
    about: 'schema',
    examine: (schema) => {
      const absent = absentColumns(schema);
      return absent.length === 0
        ? pass('All columns exist.')
        : fail(
            `Absent, or hidden from this account: ${absent.join(', ')}.`,
            'Bring Shaken Fist and sf-ops to matching releases, or grant the account SELECT on the whole database.',
          );
    },
  }),
  declareCheck({
    id: 'engines',
    title: 'every table is InnoDB',
    why: 'A table of another engine keeps what a rolled-back transaction wrote.',
    about: 'schema',
    examine: ({ tables, expected }) => {
      const others = [...tables].filter(([name, { engine }]) => expected.has(name) && engine !== 'InnoDB');
      if (others.length === 0) return pass('Every table is InnoDB.');
      const detail = others.map(([name, { engine }]) => `${name} is ${engine ?? 'a view'}`).join(', ');
      return fail(`${detail}.`, 'ALTER TABLE … ENGINE=InnoDB, while Shaken Fist is stopped.');
    },
  }),
  declareCheck({
    id: 'schema-versions',
    title: 'sf-ops knows the version of every table',
    why: 'A newer version may mean other columns and other rules; Shaken Fist itself refuses any but its own.',
    about: 'schema',
    examine: (schema) => withVersions(schema, judgeVersions),
  }),
  declareCheck({
    id: 'migrations',
    title: 'no migration is outstanding',
    why: 'Before composite-target-uniqueness an operation can have one target only, and others are refused.',
    about: 'schema',
    examine: (schema) =>
      withVersions(schema, (versions) => {
        const pending = [...versions].filter(([table, version]) => isMigratable(table, version));
        if (pending.length === 0) return pass('No migration is outstanding.');
        const detail = pending.map(
          ([table, version]) => `${table} is at ${version} of ${KNOWN_TABLES[table]!.version}`,
        );
        const commands = pending.map(
          ([table]) => `sf-ops migrate plan ${KNOWN_TABLES[table]!.migration!.id}`,
        );
        return warn(`${detail.join(', ')}.`, commands.join('; '));
      }),
  }),
  declareCheck({
    id: 'observational',
    title: 'whether targets can be measurement only',
    why: 'A planned version of Shaken Fist marks targets that do not count as pending.',
    about: 'schema',
    examine: ({ tables }) =>
      tables.get('cluster_operation_targets')?.columns.has('observational')
        ? info('cluster_operation_targets.observational exists: targets so marked do not count as pending.')
        : info('There is no such mark: every target counts.'),
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

function withVersions(
  schema: SchemaFacts,
  judge: (versions: ReadonlyMap<string, number>) => Finding,
): Finding {
  if ('unknown' in schema.versions) return unknown(schema.versions.unknown);
  return schema.versions.value === null ? unknown(`there is no ${LEDGER}`) : judge(schema.versions.value);
}

function judgeVersions(versions: ReadonlyMap<string, number>): Finding {
  const newer: string[] = [];
  const older: string[] = [];
  const unstamped: string[] = [];
  for (const [table, known] of Object.entries(KNOWN_TABLES)) {
    const version = versions.get(table);
    if (version === undefined) unstamped.push(table);
    else if (version > known.version) newer.push(`${table} is at ${version}, newer than ${known.version}`);
    else if (version < known.version && !isMigratable(table, version)) {
      older.push(`${table} is at ${version}, older than ${known.version}`);
    }
  }
  const detail = [...newer, ...older, ...unstamped.map((table) => `${table} is not in ${LEDGER}`)];
  if (detail.length === 0) return pass('The version of every table is known.');
  const hints = [
    ...(newer.length > 0 ? ['Use a newer sf-ops.'] : []),
    ...(older.length + unstamped.length > 0
      ? ['Start sf-database of the current release: it performs its steps.']
      : []),
  ];
  return fail(`${detail.join('; ')}.`, hints.join(' '));
}

function isMigratable(table: string, version: number): boolean {
  return KNOWN_TABLES[table]?.migration?.fromVersions.includes(version) ?? false;
}
