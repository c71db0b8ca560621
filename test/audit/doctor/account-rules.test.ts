import { describe, expect, test } from '@jest/globals';
import { DELETED_FROM } from '../../../src/audit/doctor/account-rules.js';
import type { AccountFacts } from '../../../src/audit/doctor/facts.js';
import { EXPECTED_TABLES } from '../../../src/audit/facts/schema-facts.js';
import { account, remedyOf, says } from './site.js';

type Columns = AccountFacts['columns'];

/** What the account may do with every column of every table, but for some tables. */
function columnsWith(privileges: string[], exceptions: Record<string, string[]> = {}): Columns {
  return new Map(
    [...EXPECTED_TABLES].map(([table, columns]) => [
      table,
      new Map([...columns.keys()].map((column) => [column, new Set(exceptions[table] ?? privileges)])),
    ]),
  );
}

const mayDelete = (value: boolean): AccountFacts['mayDelete'] =>
  new Map([...EXPECTED_TABLES.keys()].map((table) => [table, { value }]));
const ALL = ['select', 'insert', 'update'];

describe('reading', () => {
  test('everything', () => {
    expect(says('select-privilege', { account: account() })).toBe('pass: shakenfist@% may read every table.');
  });

  test('a table and a column that are hidden are named once each', () => {
    const hidden = account({
      name: 'a`b@%',
      unreadable: ['events'],
      columns: columnsWith(ALL, { events: [], networks: ['insert'] }),
    });
    expect(says('select-privilege', { account: hidden })).toMatch(
      /^error: a`b@% may not read events, networks\.uuid, /,
    );
    expect(says('select-privilege', { account: hidden })).not.toContain('events.');
    expect(remedyOf('select-privilege', { account: hidden })).toBe(
      'GRANT SELECT ON `shakenfist`.* TO `a``b`@`%`',
    );
  });
});

describe('writing', () => {
  test('everything', () => {
    expect(says('write-privileges', { account: account() })).toBe(
      'pass: shakenfist@% may write all that sf-ops writes.',
    );
  });

  test('nothing is no failure', () => {
    const reader = account({
      columns: columnsWith(['select']),
      mayDelete: mayDelete(false),
      grants: ['GRANT SELECT ON `shakenfist`.* TO `shakenfist`@`%`'],
    });
    expect(says('write-privileges', { account: reader })).toMatch(
      /^info: shakenfist@% only reads: enqueue, .*audit --fix.* will not work with it\.$/,
    );
  });

  test('in part: what is lacking is named by command, privilege and table', () => {
    const grants = ['GRANT SELECT, INSERT, UPDATE ON `shakenfist`.* TO `shakenfist`@`%`'];
    const said = says('write-privileges', { account: account({ mayDelete: mayDelete(false), grants }) });
    expect(said).toMatch(/^warning: \d of \d kinds of writing will not work\. /);
    expect(said).toContain('abort (lacks DELETE on work_queue)');
    expect(said).toContain(
      'migrate apply (lacks ALTER on object_metadata, ALTER on cluster_operation_targets',
    );
    expect(said).not.toContain('requeue (');
  });

  test('nothing: every kind of writing is named with all that it needs', () => {
    const nearly = account({
      columns: columnsWith(['select'], { events: ALL, event_objects: ALL }),
      mayDelete: mayDelete(false),
      grants: ['GRANT SELECT ON `shakenfist`.* TO `shakenfist`@`%`'],
    });
    const lacks: Record<string, string> = {
      enqueue:
        'INSERT on cluster_operations, INSERT on object_states, UPDATE on object_states, INSERT on work_queue, INSERT on cluster_operation_targets',
      'enqueue of what is coalesced':
        'INSERT on cluster_locks, UPDATE on cluster_locks, DELETE on cluster_locks',
      abort: 'INSERT on object_states, UPDATE on object_states, DELETE on work_queue',
      requeue: 'INSERT on object_states, UPDATE on object_states, INSERT on work_queue, UPDATE on work_queue',
      prune: 'DELETE on cluster_operation_targets',
    };
    const said = says('write-privileges', { account: nearly })!;
    for (const [name, missing] of Object.entries({ ...lacks, smoke: lacks.enqueue! }))
      expect(said).toContain(` ${name} (lacks ${missing})`);
    expect(said).toContain(
      'audit --fix (lacks INSERT on object_states, UPDATE on object_states, DELETE on object_states, INSERT on work_queue, UPDATE on work_queue, DELETE on work_queue, INSERT on cluster_operation_targets, DELETE on cluster_operation_targets, INSERT on cluster_operation_errors); ',
    );
    expect(said).toMatch(
      /INSERT on schema_versions, UPDATE on schema_versions, INSERT on cluster_locks, .*\)\.$/,
    );
    const eventless = account({
      columns: columnsWith(ALL, { events: ['select'], event_objects: ['select'] }),
    });
    expect(says('write-privileges', { account: eventless })).toContain(
      'the audit events of all these (lacks INSERT on events, INSERT on event_objects)',
    );
  });

  test('DELETE is asked of the tables from which something is deleted', () => {
    expect([...DELETED_FROM].sort()).toEqual([
      ...['cluster_locks', 'cluster_operation_targets', 'object_states', 'work_queue'],
    ]);
  });

  test('a single column that may not be written makes the table unwritable', () => {
    const columns = new Map(columnsWith(ALL));
    columns.set('work_queue', new Map([...columns.get('work_queue')!, ['payload', new Set(['select'])]]));
    expect(says('write-privileges', { account: account({ columns }) })).toContain(
      'enqueue (lacks INSERT on work_queue)',
    );
  });

  test('what cannot be told is said, with the commands that it concerns', () => {
    const unsure = new Map([...mayDelete(true), ['work_queue', { unknown: 'the server is read-only' }]]);
    expect(says('write-privileges', { account: account({ mayDelete: unsure }) })).toBe(
      'unknown: Cannot tell: the server is read-only. It concerns abort, audit --fix.',
    );
  });

  test('ALTER is unknown where SHOW GRANTS does not explain what the account evidently may', () => {
    expect(says('write-privileges', { account: account({ grants: [] }) })).toBe(
      'unknown: Cannot tell: SHOW GRANTS does not show all grants of this account. It concerns migrate apply.',
    );
  });
});
