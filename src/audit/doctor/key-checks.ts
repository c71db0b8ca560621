import { declareCheck, fail, pass, unknown, warn, type Check, type Finding } from './check.js';
import { KNOWN_TABLES, TARGET_KEY } from './expected-schema.js';
import type { KeyFacts, SchemaFacts, TableFacts } from './facts.js';

const TARGET_MIGRATION = 'sf-ops migrate plan composite-target-uniqueness';
const METADATA_MIGRATION = 'sf-ops migrate plan drop-last-cluster-operation';

/** What a version stamp promises, compared with what is there: a step of Shaken Fist stamps even where it failed. */
export const KEY_CHECKS: readonly Check[] = [
  declareCheck({
    id: 'target-key',
    title: 'the unique keys of cluster_operation_targets are those of its version',
    why: 'Under the key of v1 only the first target of an operation is kept; with neither key, targets double.',
    about: 'schema',
    examine: (schema) =>
      withTable(schema, 'cluster_operation_targets', ({ keys }) =>
        judgeTargetKeys(keys, versionOf(schema, 'cluster_operation_targets')),
      ),
  }),
  declareCheck({
    id: 'metadata-column',
    title: 'object_metadata has the columns of its version',
    why: 'Version 3 is without last_cluster_operation_json; a stamp and a column that disagree mislead the next migration.',
    about: 'schema',
    examine: (schema) =>
      withTable(schema, 'object_metadata', ({ columns }) =>
        judgeMetadataColumn(columns.has('last_cluster_operation_json'), versionOf(schema, 'object_metadata')),
      ),
  }),
  declareCheck({
    id: 'state-key',
    title: 'object_states holds one row for each object',
    why: 'States are written with INSERT … ON DUPLICATE KEY UPDATE: without the key every change adds a row.',
    about: 'schema',
    examine: (schema) =>
      withTable(schema, 'object_states', ({ keys }) =>
        keys.some((key) => isUniqueOn(key, ['object_type', 'object_uuid']))
          ? pass('Its key is (object_type, object_uuid).')
          : fail(
              'No unique key on (object_type, object_uuid).',
              'Restore the primary key (object_type, object_uuid); remove double rows first.',
            ),
      ),
  }),
  declareCheck({
    id: 'indexes',
    title: 'the indexes that sf-ops relies on exist',
    why: 'Without them a question about one object reads whole tables.',
    about: 'schema',
    examine: ({ tables }) => {
      const absent = Object.entries(KNOWN_TABLES).flatMap(([name, { indexes = [] }]) => {
        const table = tables.get(name);
        const isServed = (columns: readonly string[]): boolean =>
          table === undefined ||
          table.keys.some((key) => columns.every((column, i) => key.columns[i] === column));
        return indexes
          .filter((columns) => !isServed(columns))
          .map((columns) => `${name} (${columns.join(', ')})`);
      });
      return absent.length === 0
        ? pass('All indexes exist.')
        : warn(`No index on ${absent.join(', ')}.`, 'Add the indexes that the schema of Shaken Fist has.');
    },
  }),
];

function judgeTargetKeys(keys: readonly KeyFacts[], version: number | null): Finding {
  const single = keys.find((key) => isUniqueOn(key, ['operation_uuid']));
  const composite = keys.find((key) => isUniqueOn(key, TARGET_KEY));
  const stamp = version === null ? 'unstamped' : `stamped ${version}`;
  if (version === 1 && single !== undefined)
    return pass(`${single.name} (operation_uuid), stamped 1: one target for each operation.`);
  if (single !== undefined) {
    return fail(
      `The unique key ${single.name} of v1 is still there, ${stamp}: further targets are lost.`,
      TARGET_MIGRATION,
    );
  }
  if (composite === undefined) {
    return fail(
      `No unique key on (${TARGET_KEY.join(', ')}), ${stamp}: a target can be recorded twice.`,
      TARGET_MIGRATION,
    );
  }
  return version === 1
    ? warn(
        `${composite.name} is there, but the table is stamped 1.`,
        `${TARGET_MIGRATION} shows the stamp that is left to do.`,
      )
    : pass(`${composite.name} (${composite.columns.join(', ')}), ${stamp}.`);
}

function judgeMetadataColumn(hasColumn: boolean, version: number | null): Finding {
  if (version === null) return unknown('the version of object_metadata is not known');
  const found = `last_cluster_operation_json ${hasColumn ? 'exists' : 'is gone'}, stamped ${version}`;
  if (version >= 3 && hasColumn) return fail(`${found}.`, METADATA_MIGRATION);
  if (version < 3 && !hasColumn)
    return warn(`${found}.`, `${METADATA_MIGRATION} shows the stamp that is left to do.`);
  return pass(`${found}.`);
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

function withTable(schema: SchemaFacts, name: string, judge: (table: TableFacts) => Finding): Finding {
  const table = schema.tables.get(name);
  return table === undefined ? unknown(`${name} is absent, or hidden from this account`) : judge(table);
}
