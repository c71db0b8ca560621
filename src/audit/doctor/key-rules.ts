import { fail, pass, unknown, type Verdict } from '../../core/finding.js';
import { KNOWN_TABLES, TARGET_KEY } from './expected-schema.js';
import type { KeyFacts, SchemaFacts, TableFacts } from './facts.js';
import { ruleAbout, type DoctorRule } from './rule.js';

const DEAD_COLUMN = 'last_cluster_operation_json';

/** What a version stamp promises, compared with what is there: a step of Shaken Fist stamps even where it failed. */
export const KEY_RULES: readonly DoctorRule[] = [
  ruleAbout('schema', {
    id: 'target-key',
    severity: 'error',
    title: 'the unique keys of cluster_operation_targets are those of its version',
    why: 'Under the key of v1 only the first target of an operation is kept; with neither key, targets double.',
    remedy: null,
    verdict: targetKeyVerdict,
  }),
  ruleAbout('schema', {
    id: 'metadata-column',
    severity: 'error',
    title: 'object_metadata has the columns of its version',
    why: `Version 3 is without ${DEAD_COLUMN}; a stamp and a column that disagree mislead the next migration.`,
    remedy: null,
    verdict: (schema) =>
      withTable(schema, 'object_metadata', ({ columns }) => metadataColumn(columns.has(DEAD_COLUMN), schema)),
  }),
  ruleAbout('schema', {
    id: 'state-key',
    severity: 'error',
    title: 'object_states holds one row for each object',
    why: 'States are written with INSERT … ON DUPLICATE KEY UPDATE: without the key every change adds a row.',
    remedy: 'Restore the primary key (object_type, object_uuid); remove double rows first.',
    verdict: (schema) =>
      withTable(schema, 'object_states', ({ keys }) =>
        keys.some((key) => isUniqueOn(key, ['object_type', 'object_uuid']))
          ? pass('The key of object_states is (object_type, object_uuid).')
          : fail('object_states has no unique key on (object_type, object_uuid).'),
      ),
  }),
  ruleAbout('schema', {
    id: 'indexes',
    severity: 'warning',
    title: 'the indexes that sf-ops relies on exist',
    why: 'Without them a question about one object reads whole tables.',
    remedy: 'Add the indexes that the schema of Shaken Fist has.',
    verdict: ({ tables }) => {
      const absent = Object.entries(KNOWN_TABLES).flatMap(([name, { indexes = [] }]) => {
        const table = tables.get(name);
        const isServed = (columns: readonly string[]): boolean =>
          table === undefined ||
          table.keys.some((key) => columns.every((column, i) => key.columns[i] === column));
        return indexes
          .filter((columns) => !isServed(columns))
          .map((columns) => `${name} (${columns.join(', ')})`);
      });
      return absent.length === 0 ? pass('All indexes exist.') : fail(`No index on ${absent.join(', ')}.`);
    },
  }),
];

export function targetKeyVerdict(schema: SchemaFacts): Verdict {
  return withTable(schema, 'cluster_operation_targets', ({ keys }) => targetKeys(keys, schema));
}

function targetKeys(keys: readonly KeyFacts[], schema: SchemaFacts): Verdict {
  const version = versionOf(schema, 'cluster_operation_targets');
  const remedy = planCommand(schema, 'cluster_operation_targets');
  const single = keys.find((key) => isUniqueOn(key, ['operation_uuid']));
  const composite = keys.find((key) => isUniqueOn(key, TARGET_KEY));
  const stamp = version === null ? 'unstamped' : `stamped ${version}`;
  if (single !== undefined) {
    return version === 1
      ? pass(`${single.name} (operation_uuid), stamped 1: one target for each operation.`)
      : fail(`The unique key ${single.name} of v1 is still there, ${stamp}: further targets are lost.`, {
          remedy,
        });
  }
  if (composite === undefined) {
    const found = `No unique key on (${TARGET_KEY.join(', ')}), ${stamp}: a target can be recorded twice.`;
    return fail(found, { remedy });
  }
  return version === 1
    ? fail(`${composite.name} is there, but the table is stamped 1.`, {
        severity: 'warning',
        remedy: `${remedy} shows the stamp that is left to do.`,
      })
    : pass(`${composite.name} (${composite.columns.join(', ')}), ${stamp}.`);
}

function metadataColumn(hasColumn: boolean, schema: SchemaFacts): Verdict {
  const version = versionOf(schema, 'object_metadata');
  if (version === null) return unknown('the version of object_metadata is not known');
  const remedy = planCommand(schema, 'object_metadata');
  const found = `${DEAD_COLUMN} ${hasColumn ? 'exists' : 'is gone'}, stamped ${version}.`;
  if (version >= 3 && hasColumn) return fail(found, { remedy });
  return version < 3 && !hasColumn
    ? fail(found, { severity: 'warning', remedy: `${remedy} shows the stamp that is left to do.` })
    : pass(found);
}

/** The command that shows what sf-ops would do to the table. */
function planCommand({ migrations }: SchemaFacts, table: string): string {
  const migration = migrations.find((one) => one.table === table);
  return ['sf-ops migrate plan', migration?.id].join(' ').trimEnd();
}

function isUniqueOn(key: KeyFacts, columns: readonly string[]): boolean {
  return (
    key.unique &&
    key.columns.length === columns.length &&
    columns.every((column) => key.columns.includes(column))
  );
}

function versionOf({ versions }: SchemaFacts, table: string): number | null {
  return 'value' in versions ? (versions.value?.get(table) ?? null) : null;
}

function withTable(schema: SchemaFacts, name: string, verdict: (table: TableFacts) => Verdict): Verdict {
  const table = schema.tables.get(name);
  return table === undefined ? unknown(`${name} is absent, or hidden from this account`) : verdict(table);
}
