import { describe, expect, test } from '@jest/globals';
import type { ColumnFacts, SchemaFacts } from '../../../src/audit/doctor/facts.js';
import { remedyOf, says, schema, schemaWith } from './site.js';

/** The schema with some columns changed, by table and name. */
function columns(changes: Record<string, Partial<ColumnFacts>>): { schema: SchemaFacts } {
  let facts = schema();
  for (const [place, change] of Object.entries(changes)) {
    const [table, name] = place.split('.') as [string, string];
    facts = schemaWith(
      table,
      ({ columns: all }) => ({ columns: new Map([...all, [name, { ...all.get(name)!, ...change }]]) }),
      facts,
    );
  }
  return { schema: facts };
}

const LABELS = schema().tables.get('object_states')!.columns.get('object_type')!.labels;
const without = (...labels: string[]): Partial<ColumnFacts> => ({
  labels: LABELS.filter((label) => !labels.includes(label)),
});

describe('labels', () => {
  test('of operations and of their targets', () => {
    expect(says('enum-labels', { schema: schema() })).toBe(
      'pass: All 14 types of operations can be enqueued.',
    );
    expect(says('enum-labels', columns({ 'object_states.object_type': without('NET_IP_OP') }))).toBe(
      'error: Cannot be enqueued: net_ip_op (object_states lacks NET_IP_OP).',
    );
    expect(
      says('enum-labels', columns({ 'cluster_operation_targets.target_object_type': without('BLOB') })),
    ).toBe(
      'error: Cannot be enqueued: imgcache_op (cluster_operation_targets lacks BLOB); node_blob_op (cluster_operation_targets lacks BLOB).',
    );
    expect(remedyOf('enum-labels', columns({ 'object_states.object_type': without('NET_IP_OP') }))).toContain(
      'sf-database',
    );
  });

  test('text in place of an ENUM', () => {
    const topics = columns({ 'object_states.object_type': { type: 'varchar(64)', labels: [] } });
    expect(says('enum-labels', topics)).toBe('error: object_states.object_type is varchar(64), not an ENUM.');
    expect(remedyOf('enum-labels', topics)).toContain('Restore the type');
  });

  test('of a newer release are told, and known ordinary objects are not', () => {
    const newer = { labels: [...LABELS, 'FUTURE_OP'] };
    expect(says('unknown-labels', { schema: schema() })).toBe('pass: Every label is known.');
    expect(says('unknown-labels', columns({ 'object_metadata.object_type': newer }))).toBe(
      'info: Counted as operations: FUTURE_OP.',
    );
  });

  test('that one table lacks', () => {
    expect(says('enum-agreement', { schema: schema() })).toMatch(
      /^pass: \d+ labels in object_states\.object_type, /,
    );
    const topics = columns({ 'object_metadata.object_type': without('NODE', 'BLOB') });
    expect(says('enum-agreement', topics)).toBe('warning: object_metadata.object_type lacks BLOB, NODE.');
    expect(remedyOf('enum-agreement', topics)).toContain('sf-database');
  });

  test('of a table that cannot be seen', () => {
    const facts = schema();
    const tables = new Map(facts.tables);
    tables.delete('object_metadata');
    for (const id of ['enum-labels', 'unknown-labels', 'enum-agreement'])
      expect(says(id, { schema: { ...facts, tables } })).toMatch(/^unknown: .*object_metadata\.object_type/);
  });
});

describe('uuids', () => {
  test.each<[string, Record<string, Partial<ColumnFacts>>, string]>([
    ['as always', {}, 'pass: Undashed uuids are CHAR(32).'],
    [
      'binary',
      { 'cluster_operations.network_uuid': { type: 'binary(16)' } },
      'error: cluster_operations.network_uuid is binary(16).',
    ],
    [
      'native where dashed text belongs',
      { 'event_objects.event_uuid': { type: 'uuid' } },
      'error: event_objects.event_uuid is uuid.',
    ],
    [
      'native in one place',
      { 'networks.uuid': { type: 'uuid' } },
      'warning: CHAR(32) and native uuid are mixed; native: networks.uuid.',
    ],
    [
      'varying dashed text',
      { 'event_objects.event_uuid': { type: 'varchar(36)' } },
      'pass: Undashed uuids are CHAR(32).',
    ],
  ])('%s', (_, changes, said) => {
    expect(says('uuid-columns', columns(changes))).toBe(said);
    if (!said.startsWith('pass')) expect(remedyOf('uuid-columns', columns(changes))).toMatch(/\w/);
  });

  test('all native', () => {
    const facts = schema();
    const native = [...facts.expected].flatMap(([table, all]) =>
      [...all]
        .filter(([name, type]) => type === 'char(32)' && name.includes('uuid'))
        .map(([name]) => [`${table}.${name}`, { type: 'uuid', collation: null }] as const),
    );
    expect(says('uuid-columns', columns(Object.fromEntries(native)))).toBe(
      'pass: Undashed uuids are native uuid.',
    );
  });
});

describe('collations of uuid columns', () => {
  test('one', () => {
    expect(says('collations', { schema: schema() })).toBe('pass: Every uuid column has utf8mb4_general_ci.');
  });

  test('a binary one beside another is a warning, two others are an error', () => {
    expect(says('collations', columns({ 'nodes.uuid': { collation: 'utf8mb4_bin' } }))).toMatch(
      /^warning: .*: nodes\.uuid have utf8mb4_bin\.$/,
    );
    const topics = columns({ 'nodes.uuid': { collation: 'utf8mb4_unicode_ci' } });
    expect(says('collations', topics)).toMatch(/^error: .*: nodes\.uuid have utf8mb4_unicode_ci\.$/);
    expect(remedyOf('collations', topics)).toContain('CONVERT TO');
  });

  test('none that can be seen', () => {
    expect(says('collations', { schema: { ...schema(), tables: new Map() } })).toBe(
      'unknown: Cannot tell: no uuid column can be seen.',
    );
  });
});
