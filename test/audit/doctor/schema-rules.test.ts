import { describe, expect, test } from '@jest/globals';
import type { SchemaFacts, TableFacts } from '../../../src/audit/doctor/facts.js';
import { remedyOf, says, schema, schemaWith, subjectsOf } from './site.js';

const about = (facts: SchemaFacts): { schema: SchemaFacts } => ({ schema: facts });
const stamped = (table: string, version: number | null): SchemaFacts['versions'] => {
  const versions = new Map((schema().versions as { value: ReadonlyMap<string, number> }).value);
  if (version === null) versions.delete(table);
  else versions.set(table, version);
  return { value: versions };
};

describe('tables and columns', () => {
  test('one that the server does not have', () => {
    expect(says('tables', about(schema()))).toBe('pass: All 19 tables exist.');
    const facts = schema({ missing: ['events', 'nodes'] });
    expect(says('tables', about(facts))).toBe('error: Missing: events, nodes.');
    expect(remedyOf('tables', about(facts))).toContain('--database');
    expect(subjectsOf('tables', about(facts))).toEqual(['table events', 'table nodes']);
  });

  test('a column that is gone, but not those of a table that is', () => {
    const facts = schemaWith('events', ({ columns }) => ({
      columns: new Map([...columns].filter(([name]) => name !== 'duration')),
    }));
    const tables = new Map(facts.tables);
    tables.delete('networks');
    expect(says('columns', about({ ...facts, tables }))).toBe(
      'error: Absent, or hidden from this account: events.duration.',
    );
    expect(says('columns', about(schema()))).toBe('pass: All columns exist.');
    const bare = schemaWith('events', () => ({ columns: new Map() }));
    expect(says('columns', about(bare))).toMatch(/: events\.\w+, events\.\w+, /);
  });

  test.each([
    ['Aria', 'error: nodes is Aria.'],
    [null, 'error: nodes is a view.'],
  ])('a table of engine %s', (engine, said) => {
    const facts = schemaWith('nodes', () => ({ engine }));
    expect(says('engines', about(facts))).toBe(said);
    expect(subjectsOf('engines', about(facts))).toEqual(['table nodes']);
    const events = { ...facts.tables.get('events')!, engine: 'Aria' };
    const two = { ...facts, tables: new Map([...facts.tables, ['events', events] as const]) };
    expect(says('engines', about(two))).toMatch(/^error: \w+ is [\w ]+, \w+ is [\w ]+\.$/);
  });

  test("a table that is not Shaken Fist's is not looked at", () => {
    const facts = schema();
    const other: TableFacts = { engine: 'MyISAM', columns: new Map(), keys: [] };
    expect(says('engines', about({ ...facts, tables: new Map([...facts.tables, ['notes', other]]) }))).toBe(
      'pass: Every table is InnoDB.',
    );
  });
});

describe('versions', () => {
  test.each<[string, number | null, string]>([
    ['work_queue', 9, 'error: work_queue is at 9, newer than 2.'],
    ['networks', 1, 'error: networks is at 1, older than 3.'],
    ['nodes', null, 'error: nodes is not in schema_versions.'],
    ['object_metadata', 2, 'pass: The version of every table is known.'],
    ['object_metadata', 1, 'pass: The version of every table is known.'],
    ['object_metadata', 4, 'error: object_metadata is at 4, newer than 3.'],
  ])('%s at %j', (table, version, said) => {
    expect(says('schema-versions', about(schema({ versions: stamped(table, version) })))).toBe(said);
  });

  test('what to do depends on which side is behind', () => {
    const advice = (table: string, version: number | null): string | null =>
      remedyOf('schema-versions', about(schema({ versions: stamped(table, version) })));
    expect(advice('work_queue', 9)).toBe('Use a newer sf-ops.');
    const start = 'Start sf-database of the current release: it performs its steps.';
    expect(advice('networks', 1)).toBe(start);
    expect(advice('networks', null)).toBe(start);
    const { value } = stamped('networks', 1) as { value: ReadonlyMap<string, number> };
    const both = about(schema({ versions: { value: new Map([...value, ['work_queue', 9]]) } }));
    expect(remedyOf('schema-versions', both)).toBe(`Use a newer sf-ops. ${start}`);
    expect(says('schema-versions', both)).toMatch(/newer than \d+; networks is at 1/);
  });

  test.each<[SchemaFacts['versions'], string]>([
    [{ value: null }, 'unknown: Cannot tell: there is no schema_versions.'],
    [{ unknown: 'hidden' }, 'unknown: Cannot tell: hidden.'],
  ])('a ledger that is %j', (versions, said) => {
    for (const id of ['schema-versions', 'migrations'])
      expect(says(id, about(schema({ versions })))).toBe(said);
    expect(says('metadata-column', about(schema({ versions })))).toBe(
      'unknown: Cannot tell: the version of object_metadata is not known.',
    );
  });

  test('migrations that sf-ops can perform are named with their command', () => {
    const facts = schema({ versions: stamped('cluster_operation_targets', 1) });
    expect(says('migrations', about(facts))).toBe(
      'warning: 1 outstanding: cluster_operation_targets is at 1 of 2.',
    );
    expect(remedyOf('migrations', about(facts))).toBe('sf-ops migrate plan widen-it');
    expect(subjectsOf('migrations', about(facts))).toEqual(['table cluster_operation_targets']);
    const { value } = stamped('object_metadata', 2) as { value: ReadonlyMap<string, number> };
    const two = about(schema({ versions: { value: new Map([...value, ['cluster_operation_targets', 1]]) } }));
    expect(says('migrations', two)).toBe(
      'warning: 2 outstanding: object_metadata is at 2 of 3, cluster_operation_targets is at 1 of 2.',
    );
    expect(remedyOf('migrations', two)).toBe('sf-ops migrate plan');
    expect(says('migrations', about(schema({ versions: stamped('cluster_operation_targets', null) })))).toBe(
      'pass: No migration is outstanding.',
    );
  });

  test('marks for what only measures', () => {
    expect(says('observational', about(schema()))).toContain('every target counts');
    const marked = schemaWith('cluster_operation_targets', ({ columns }) => ({
      columns: new Map([...columns, ['observational', { type: 'tinyint(1)', collation: null, labels: [] }]]),
    }));
    expect(says('observational', about(marked))).toContain('do not count as pending');
  });
});

const SINGLE = { name: 'operation_uuid', unique: true, columns: ['operation_uuid'] };
const COMPOSITE = {
  name: 'uq',
  unique: true,
  columns: ['target_uuid', 'operation_uuid', 'target_object_type'],
};

describe('keys', () => {
  test.each<[string, TableFacts['keys'], number | null, string]>([
    ['v1', [SINGLE], 1, 'pass: operation_uuid (operation_uuid), stamped 1: one target for each operation.'],
    [
      'v1 under a newer stamp',
      [SINGLE, COMPOSITE],
      2,
      'error: The unique key operation_uuid of v1 is still there, stamped 2: further targets are lost.',
    ],
    [
      'neither',
      [{ ...COMPOSITE, unique: false }],
      null,
      'error: No unique key on (operation_uuid, target_object_type, target_uuid), unstamped: a target can be recorded twice.',
    ],
    ['v2 under the stamp of v1', [COMPOSITE], 1, 'warning: uq is there, but the table is stamped 1.'],
    ['v2', [COMPOSITE], 2, 'pass: uq (target_uuid, operation_uuid, target_object_type), stamped 2.'],
    [
      'a later version',
      [COMPOSITE],
      3,
      'pass: uq (target_uuid, operation_uuid, target_object_type), stamped 3.',
    ],
  ])('the target key: %s', (_, keys, version, said) => {
    const versions = stamped('cluster_operation_targets', version);
    const facts = schemaWith('cluster_operation_targets', () => ({ keys }), { versions });
    expect(says('target-key', about(facts))).toBe(said);
    if (!said.startsWith('pass'))
      expect(remedyOf('target-key', about(facts))).toContain('sf-ops migrate plan widen-it');
  });

  test.each<[boolean, number, string]>([
    [true, 2, 'pass: last_cluster_operation_json exists, stamped 2.'],
    [true, 3, 'error: last_cluster_operation_json exists, stamped 3.'],
    [false, 2, 'warning: last_cluster_operation_json is gone, stamped 2.'],
    [false, 3, 'pass: last_cluster_operation_json is gone, stamped 3.'],
  ])('the dead column there %s at version %d', (hasColumn, version, said) => {
    const dead = { type: 'text', collation: null, labels: [] };
    const facts = schemaWith(
      'object_metadata',
      ({ columns }) => ({
        columns: hasColumn ? new Map([...columns, ['last_cluster_operation_json', dead]]) : columns,
      }),
      { versions: stamped('object_metadata', version) },
    );
    expect(says('metadata-column', about(facts))).toBe(said);
    if (!said.startsWith('pass'))
      expect(remedyOf('metadata-column', about(facts))).toContain('sf-ops migrate plan drop-it');
  });

  test('states without their key', () => {
    const without = schemaWith('object_states', ({ keys }) => ({
      keys: keys.filter(({ name }) => name !== 'PRIMARY'),
    }));
    expect(says('state-key', about(without))).toBe(
      'error: object_states has no unique key on (object_type, object_uuid).',
    );
    const wider = { name: 'wide', unique: true, columns: ['object_type', 'object_uuid', 'state_value'] };
    const wide = schemaWith('object_states', () => ({ keys: [wider] }));
    expect(says('state-key', about(wide))).toMatch(/^error: /);
    expect(says('state-key', about(schema()))).toBe(
      'pass: The key of object_states is (object_type, object_uuid).',
    );
  });

  test('an index is served by a key that begins with its columns, in their order', () => {
    expect(says('indexes', about(schema()))).toBe('pass: All indexes exist.');
    const backwards = schemaWith('work_queue', () => ({
      keys: [{ name: 'k', unique: false, columns: ['claimed_at', 'queue_name', 'scheduled_at'] }],
    }));
    expect(says('indexes', about(backwards))).toBe(
      'warning: No index on work_queue (queue_name, claimed_at, scheduled_at).',
    );
    const longer = schemaWith('work_queue', () => ({
      keys: [{ name: 'k', unique: false, columns: ['queue_name', 'claimed_at', 'scheduled_at', 'id'] }],
    }));
    expect(says('indexes', about(longer))).toMatch(/^pass: /);
  });

  test('a table that cannot be seen leaves its keys unknown', () => {
    const facts = { ...schema(), tables: new Map<string, TableFacts>() };
    for (const [id, table] of [
      ['target-key', 'cluster_operation_targets'],
      ['metadata-column', 'object_metadata'],
      ['state-key', 'object_states'],
    ] as const)
      expect(says(id, about(facts))).toBe(
        `unknown: Cannot tell: ${table} is absent, or hidden from this account.`,
      );
  });
});
