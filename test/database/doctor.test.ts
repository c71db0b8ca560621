import { beforeAll, describe, expect, test } from '@jest/globals';
import type { SchemaVariant } from '../fixtures/schema.js';
import { createDatabase, sharedServer, type TestServer } from '../servers/mariadb.js';
import { deployment, diagnosisOf, HYPERVISOR, listed, type CheckReport } from './diagnosis.js';

let server: TestServer;

beforeAll(async () => {
  server = await sharedServer();
});

describe('a deployment that is as it should be', () => {
  test.each<[string, SchemaVariant]>([
    ['the newest', {}],
    ['with native uuids', { uuid: 'native' }],
    ['with a binary collation', { collation: 'utf8mb4_bin' }],
    ['with another collation', { collation: 'utf8mb4_general_ci' }],
    ['with labels in another order', { enumOrder: 'appended' }],
    ['with measurement-only targets', { observational: true }],
  ])('%s passes every check', async (_, variant) => {
    const diagnosis = await diagnosisOf(await deployment(server, variant));

    expect(listed(diagnosis, 'fail', 'warn', 'unknown')).toEqual([]);
    expect(listed(diagnosis, 'info')).toEqual([
      'lock-wait-timeout: info',
      'snapshot-isolation: info',
      'observational: info',
    ]);
    expect(diagnosis.get('tables')).toMatchObject({ result: 'pass', detail: 'All 19 tables exist.' });
  });

  test.each<[NonNullable<SchemaVariant['version']>, string]>([
    ['baseline', '2 outstanding: object_metadata is at 2 of 3, cluster_operation_targets is at 1 of 2.'],
    ['dropped', '1 outstanding: cluster_operation_targets is at 1 of 2.'],
    ['composite', '1 outstanding: object_metadata is at 2 of 3.'],
  ])('one that is %s is told which migrations are outstanding, and nothing else', async (version, detail) => {
    const diagnosis = await diagnosisOf(await deployment(server, { version }));

    expect(listed(diagnosis, 'fail', 'warn', 'unknown')).toEqual(['migrations: warn']);
    expect(diagnosis.get('migrations')!.detail).toBe(detail);
  });

  test('names the command that shows both migrations', async () => {
    const diagnosis = await diagnosisOf(await deployment(server, { version: 'baseline' }));

    expect(diagnosis.get('migrations')!.hint).toBe('sf-ops migrate plan');
    expect(diagnosis.get('target-key')!.detail).toContain('one target for each operation');
  });

  test('says that measurement-only targets are honoured', async () => {
    const diagnosis = await diagnosisOf(await deployment(server, { observational: true }));
    expect(diagnosis.get('observational')!.detail).toContain('do not count as pending');
  });
});

interface Fault {
  fault: string;
  /** Statements that bring it about. */
  by: string[];
  variant?: SchemaVariant;
  check: string;
  result: CheckReport['result'];
  detail: string;
}

const OTHER_LABELS = "enum('NETWORK','NODE','NET_OP') NOT NULL";
const stamp = (table: string, version: number): string =>
  `UPDATE schema_versions SET version = ${version} WHERE table_name = '${table}'`;

describe('every fault is found by its check', () => {
  test.each<Fault>([
    {
      fault: 'a latin1 database',
      by: ['ALTER DATABASE CHARACTER SET latin1'],
      check: 'character-set',
      result: 'fail',
      detail: 'latin1',
    },
    {
      fault: 'a collation of latin1',
      by: ['ALTER DATABASE CHARACTER SET latin1'],
      check: 'collation',
      result: 'fail',
      detail: 'latin1_swedish_ci',
    },
    {
      fault: 'a missing table',
      by: ['DROP TABLE events'],
      check: 'tables',
      result: 'fail',
      detail: 'Missing: events.',
    },
    {
      fault: 'a missing essential table',
      by: ['DROP TABLE work_queue'],
      check: 'tables',
      result: 'fail',
      detail: 'Missing: work_queue.',
    },
    {
      fault: 'a missing column',
      by: ['ALTER TABLE events DROP COLUMN duration'],
      check: 'columns',
      result: 'fail',
      detail: 'events.duration',
    },
    {
      fault: 'a column missing that facts are read from',
      by: ['ALTER TABLE node_attributes DROP COLUMN is_network_node'],
      check: 'network-node',
      result: 'unknown',
      detail: 'is_network_node',
    },
    {
      fault: 'a table without transactions',
      by: ['ALTER TABLE network_attributes ENGINE=MyISAM'],
      check: 'engines',
      result: 'fail',
      detail: 'network_attributes is MyISAM',
    },
    {
      fault: 'a view in place of a table',
      by: ['RENAME TABLE networks TO n', 'CREATE SQL SECURITY INVOKER VIEW networks AS SELECT * FROM n'],
      check: 'engines',
      result: 'fail',
      detail: 'networks is a view',
    },
    {
      fault: 'a newer table',
      by: [stamp('work_queue', 9)],
      check: 'schema-versions',
      result: 'fail',
      detail: 'work_queue is at 9, newer than 2',
    },
    {
      fault: 'an older table that sf-ops cannot migrate',
      by: [stamp('networks', 1)],
      check: 'schema-versions',
      result: 'fail',
      detail: 'networks is at 1, older than 3',
    },
    {
      fault: 'a table without a stamp',
      by: ["DELETE FROM schema_versions WHERE table_name = 'nodes'"],
      check: 'schema-versions',
      result: 'fail',
      detail: 'nodes is not in schema_versions',
    },
    {
      fault: 'no ledger',
      by: ['DROP TABLE schema_versions'],
      check: 'schema-versions',
      result: 'unknown',
      detail: 'there is no schema_versions',
    },
    {
      fault: 'a stamp without the key',
      by: ['ALTER TABLE cluster_operation_targets DROP KEY uq_cot_op_target'],
      check: 'target-key',
      result: 'fail',
      detail: 'No unique key on (operation_uuid, target_object_type, target_uuid), stamped 2',
    },
    {
      fault: 'the key of v1 under the stamp of v2',
      by: ['ALTER TABLE cluster_operation_targets ADD UNIQUE KEY operation_uuid (operation_uuid)'],
      check: 'target-key',
      result: 'fail',
      detail: 'operation_uuid of v1 is still there, stamped 2',
    },
    {
      fault: 'the stamp of v1 over the keys of v2',
      by: [stamp('cluster_operation_targets', 1)],
      check: 'target-key',
      result: 'warn',
      detail: 'uq_cot_op_target is there, but the table is stamped 1',
    },
    {
      fault: 'the stamp of v3 over the dead column',
      variant: { version: 'baseline' },
      by: [stamp('object_metadata', 3)],
      check: 'metadata-column',
      result: 'fail',
      detail: 'last_cluster_operation_json exists, stamped 3',
    },
    {
      fault: 'the dead column gone before its stamp',
      by: [stamp('object_metadata', 2)],
      check: 'metadata-column',
      result: 'warn',
      detail: 'is gone, stamped 2',
    },
    {
      fault: 'states without their key',
      by: ['ALTER TABLE object_states DROP PRIMARY KEY'],
      check: 'state-key',
      result: 'fail',
      detail: '(object_type, object_uuid)',
    },
    {
      fault: 'a missing index',
      by: ['DROP INDEX idx_cot_target ON cluster_operation_targets'],
      check: 'indexes',
      result: 'warn',
      detail: 'cluster_operation_targets (target_object_type, target_uuid)',
    },
    {
      fault: 'labels missing',
      by: [`ALTER TABLE object_states MODIFY object_type ${OTHER_LABELS}`],
      check: 'enum-labels',
      result: 'fail',
      detail: 'net_ip_op (object_states lacks NET_IP_OP)',
    },
    {
      fault: 'a target label missing',
      by: [`ALTER TABLE cluster_operation_targets MODIFY target_object_type ${OTHER_LABELS}`],
      check: 'enum-labels',
      result: 'fail',
      detail: 'imgcache_op (cluster_operation_targets lacks BLOB)',
    },
    {
      fault: 'text in place of an ENUM',
      by: ['ALTER TABLE object_states MODIFY object_type varchar(64) NOT NULL'],
      check: 'enum-labels',
      result: 'fail',
      detail: 'object_states.object_type is varchar(64), not an ENUM',
    },
    {
      fault: 'labels of a newer release',
      variant: { extraLabels: ['FUTURE_OP'] },
      by: [],
      check: 'unknown-labels',
      result: 'info',
      detail: 'Counted as operations: FUTURE_OP.',
    },
    {
      fault: 'tables that disagree on labels',
      by: [`ALTER TABLE object_metadata MODIFY object_type ${OTHER_LABELS}`],
      check: 'enum-agreement',
      result: 'warn',
      detail: 'object_metadata.object_type lacks',
    },
    {
      fault: 'a uuid in an unknown form',
      by: ['ALTER TABLE cluster_operations MODIFY network_uuid binary(16)'],
      check: 'uuid-columns',
      result: 'fail',
      detail: 'cluster_operations.network_uuid is binary(16)',
    },
    {
      fault: 'a dashed uuid made native',
      by: ['ALTER TABLE event_objects MODIFY event_uuid uuid NOT NULL'],
      check: 'uuid-columns',
      result: 'fail',
      detail: 'event_objects.event_uuid is uuid',
    },
    {
      fault: 'both forms side by side',
      by: ['ALTER TABLE networks MODIFY uuid uuid NOT NULL'],
      check: 'uuid-columns',
      result: 'warn',
      detail: 'native: networks.uuid',
    },
    {
      fault: 'two collations',
      by: ['ALTER TABLE nodes CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci'],
      check: 'collations',
      result: 'fail',
      detail: 'nodes.uuid have utf8mb4_unicode_ci',
    },
    {
      fault: 'two collations that a join of nodes trips over',
      by: ['ALTER TABLE nodes CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci'],
      check: 'nodes',
      result: 'unknown',
      detail: 'Illegal mix of collations',
    },
    {
      fault: 'a binary collation beside another',
      by: ['ALTER TABLE nodes CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'],
      check: 'collations',
      result: 'warn',
      detail: 'nodes.uuid have utf8mb4_bin',
    },
    {
      fault: 'no node',
      by: ['DELETE FROM nodes'],
      check: 'nodes',
      result: 'warn',
      detail: 'No node is registered.',
    },
    {
      fault: 'a node that is gone',
      by: [`UPDATE node_attributes SET last_seen = last_seen - 7200 WHERE uuid = '${HYPERVISOR}'`],
      check: 'nodes',
      result: 'warn',
      detail: 'hyp1 was last seen 2h00m ago',
    },
    {
      fault: 'a node that never came',
      by: [`DELETE FROM node_attributes WHERE uuid = '${HYPERVISOR}'`],
      check: 'nodes',
      result: 'warn',
      detail: 'hyp1 never checked in',
    },
    {
      fault: 'a stopped daemon',
      by: [`UPDATE node_daemon_states SET value = 'daemon-stopped' WHERE node_uuid = '${HYPERVISOR}'`],
      check: 'daemons',
      result: 'warn',
      detail: 'On hyp1: sf-queues.',
    },
    {
      fault: 'no network node',
      by: ['UPDATE node_attributes SET is_network_node = 0'],
      check: 'network-node',
      result: 'fail',
      detail: 'There is no network node.',
    },
    {
      fault: 'two network nodes',
      by: ['UPDATE node_attributes SET is_network_node = 1'],
      check: 'network-node',
      result: 'fail',
      detail: 'There are 2 network nodes: hyp1, net1.',
    },
    {
      fault: 'a network node without sf-net',
      by: ["DELETE FROM node_daemon_states WHERE daemon = 'net'"],
      check: 'network-node',
      result: 'fail',
      detail: 'sf-net does not run on node net1',
    },
  ])('$fault → $check: $result', async ({ by, variant, check, result, detail }) => {
    const report = (await diagnosisOf(await deployment(server, { ...variant, extra: by }))).get(check)!;

    expect(report.result).toBe(result);
    expect(report.detail).toContain(detail);
    if (result === 'fail' || result === 'warn') expect(report.hint).toMatch(/\w/);
  });

  test('faults do not hide each other', async () => {
    const diagnosis = await diagnosisOf(
      await deployment(server, {
        extra: [
          'DROP TABLE events',
          'ALTER TABLE nodes ENGINE=Aria',
          stamp('work_queue', 9),
          'ALTER TABLE object_states DROP PRIMARY KEY',
        ],
      }),
    );
    expect(listed(diagnosis, 'fail')).toEqual([
      'tables: fail',
      'engines: fail',
      'schema-versions: fail',
      'state-key: fail',
    ]);
  });

  test('a deleted node is not missed', async () => {
    const deleted = `INSERT INTO object_states (object_uuid, object_type, state_value, update_time)
      VALUES ('22222222-2222-4222-8222-222222222222', 'NODE', 'deleted', 0)`;
    const diagnosis = await diagnosisOf(
      await deployment(server, {
        extra: [deleted, `UPDATE node_attributes SET last_seen = 1 WHERE uuid = '${HYPERVISOR}'`],
      }),
    );
    expect(diagnosis.get('nodes')).toMatchObject({
      result: 'pass',
      detail: '1 registered, all seen recently.',
    });
  });

  test('a database without any table of Shaken Fist is diagnosed like any other', async () => {
    const diagnosis = await diagnosisOf(await createDatabase(server, []));

    expect(listed(diagnosis, 'fail')).toEqual(['tables: fail']);
    expect(diagnosis.get('tables')!.detail).toContain('cluster_operations, ');
    expect(listed(diagnosis, 'pass')).not.toContain('enum-labels: pass');
  });
});
