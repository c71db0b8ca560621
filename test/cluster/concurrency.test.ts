import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { audit, type Audited } from '../../src/audit/audit.js';
import { makeRepair, planRepairs } from '../../src/audit/repair.js';
import { AUDIT_RULES } from '../../src/audit/rules/index.js';
import type { AuditRuleId } from '../../src/core/audit-rules.js';
import type { Database } from '../../src/database/database.js';
import { MIGRATIONS } from '../../src/migrations/registry.js';
import { applyAbort, planAbort } from '../../src/operations/abort.js';
import type { ChangeOutcome } from '../../src/operations/change.js';
import { enqueue } from '../../src/operations/enqueue/enqueue.js';
import { applyRequeue, planRequeue } from '../../src/operations/requeue.js';
import type { Decision } from '../../src/core/operations/decide.js';
import type { ServerInstallation } from '../../src/sandbox/installation.js';
import { DEFECTS } from '../audit/facts/defects.js';
import { enqueueOne } from '../fixtures/enqueueing.js';
import { reach, type Reachable } from '../fixtures/reach.js';
import { hex, insertOperation, now } from '../fixtures/rows.js';
import { schemaStatements } from '../fixtures/schema.js';
import type { Site } from '../fixtures/site.js';
import { galeraServer, startCluster } from '../servers/galera.js';
import { connectAsAdministrator, createDatabase, startTestServer } from '../servers/mariadb.js';
import { nextReleaseServer } from '../servers/next-release.js';
import { freePorts } from '../servers/ports.js';

const ENQUEUERS = 64;
const TIMEOUT_MS = 120_000;

interface Deployment {
  places: Reachable[];
  database: string;
  /** Reads causally. */
  byHand: Connection;
  stop(): Promise<void>;
}

async function threeNodes(installation: ServerInstallation): Promise<Deployment> {
  const cluster = await startCluster({ installation });
  const database = await cluster.createDatabase(schemaStatements());
  const byHand = await cluster.nodes[0]!.administrator();
  await byHand.query(`USE ${database}`);
  await byHand.query('SET SESSION wsrep_sync_wait = 15');
  return { places: [...cluster.nodes], database, byHand, stop: async () => cluster.stop() };
}

async function oneServer(installation: ServerInstallation): Promise<Deployment> {
  const [port] = await freePorts(1);
  const server = await startTestServer({ installation, tcpPort: port! });
  const { database } = await createDatabase(server, schemaStatements());
  const byHand = await connectAsAdministrator(server, database);
  return { places: [{ port: port! }], database, byHand, stop: async () => server.stop() };
}

/** The next release stands aside, and says why, where it cannot be had. */
const next = await nextReleaseServer();
const current = await galeraServer();
const deployments: [string, () => Promise<Deployment>][] = [
  ['three nodes', async () => threeNodes(current)],
  ['one server', async () => oneServer(current)],
];
if ('installation' in next) {
  const { installation } = next;
  deployments.push(
    ['three nodes of the next release', async () => threeNodes(installation)],
    ['one server of the next release', async () => oneServer(installation)],
  );
} else {
  test('the next release cannot be had here', () => {
    expect(next.unavailable).toMatch(/^MariaDB of Debian trixie: ./);
  });
}

describe.each(deployments)(`${ENQUEUERS} enqueuers on %s`, (_, start) => {
  let deployment: Deployment;
  let enqueuers: Database[];

  beforeAll(async () => {
    deployment = await start();
    const { places, database } = deployment;
    enqueuers = Array.from({ length: ENQUEUERS }, (_, i) =>
      reach(database, [...places.slice(i % places.length), ...places.slice(0, i % places.length)]),
    );
    await Promise.all(enqueuers.map(async (enqueuer) => enqueuer.describe()));
  }, TIMEOUT_MS);

  afterAll(async () => {
    await Promise.all(enqueuers.map(async (enqueuer) => enqueuer.close()));
    await deployment.byHand.end();
    await deployment.stop();
  });

  async function rows(sql: string, values: unknown[] = []): Promise<RowDataPacket[]> {
    return (await deployment.byHand.query<RowDataPacket[]>(sql, values))[0];
  }

  test(
    'make one operation out of the same idempotent work, and leave no lock behind',
    async () => {
      const network = randomUUID();
      const work = {
        operation_type: 'net_op',
        network_uuid: network,
        tasks: ['network_apply_update_dnsmasq'],
      };
      const plans = await Promise.all(enqueuers.map(async (enqueuer) => enqueueOne(enqueuer, work)));
      expect(new Set(plans.map(({ operationUuid }) => operationUuid)).size).toBe(1);
      expect(plans.filter(({ reused }) => !reused)).toHaveLength(1);
      expect(
        await rows('SELECT * FROM cluster_operation_targets WHERE target_uuid = ?', [network]),
      ).toHaveLength(1);
      expect(await rows('SELECT * FROM cluster_locks')).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'lose no target of operations on the same objects',
    async () => {
      const [network, instance, nic, node] = Array.from({ length: 4 }, () => randomUUID());
      const work = {
        operation_type: 'node_inst_net_iface_op',
        network_uuid: network,
        instance_uuid: instance,
        interface_uuid: nic,
        node_uuid: node,
        tasks: ['hot_plug_instance_interface'],
      };
      const rounds = 3;
      const plans: Decision[] = [];
      for (let round = 0; round < rounds; round += 1) {
        plans.push(...(await Promise.all(enqueuers.map(async (enqueuer) => enqueueOne(enqueuer, work)))));
      }
      const uuids = plans.map(({ operationUuid }) => operationUuid).sort();
      expect(new Set(uuids).size).toBe(rounds * ENQUEUERS);
      for (const target of [network, instance, nic]) {
        const found = await rows(
          'SELECT operation_uuid FROM cluster_operation_targets WHERE target_uuid = ?',
          [target],
        );
        expect(found.map(({ operation_uuid: uuid }) => String(uuid)).sort()).toEqual(uuids);
      }
    },
    TIMEOUT_MS,
  );

  test(
    'write one operation for one uuid, and each is told that it is there',
    async () => {
      const uuid = randomUUID();
      const work = { operation_type: 'net_op', network_uuid: randomUUID(), tasks: ['network_deploy'], uuid };
      const plans = await Promise.all(enqueuers.map(async (enqueuer) => enqueueOne(enqueuer, work)));
      expect(plans.filter(({ rows: written }) => written !== null)).toHaveLength(1);
      expect(plans.every(({ operationUuid }) => operationUuid === uuid)).toBe(true);
      expect(
        await rows('SELECT * FROM cluster_operation_targets WHERE operation_uuid = ?', [uuid]),
      ).toHaveLength(1);
      expect(
        await rows("SELECT * FROM work_queue WHERE JSON_VALUE(payload, '$.operation_uuid') = ?", [uuid]),
      ).toHaveLength(1);
    },
    TIMEOUT_MS,
  );

  test(
    'make one operation of each kind of work out of batches that name them in any order',
    async () => {
      const networks = Array.from({ length: 8 }, () => randomUUID());
      const batch = (turn: number): Record<string, unknown>[] =>
        [...networks.slice(turn % 8), ...networks.slice(0, turn % 8)].map((network) => ({
          operation_type: 'net_op',
          network_uuid: network,
          tasks: ['network_ensure_mesh'],
        }));
      await Promise.all(
        enqueuers.map(async (enqueuer, turn) => enqueue(enqueuer, batch(turn), { force: true, now })),
      );
      for (const network of networks) {
        expect(
          await rows('SELECT * FROM cluster_operation_targets WHERE target_uuid = ?', [network]),
        ).toHaveLength(1);
      }
      expect(await rows('SELECT * FROM cluster_locks')).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test.each([
    ['requeue', planRequeue, applyRequeue, 1, 'queued'],
    ['abort', planAbort, applyAbort, 0, 'abort'],
  ] as const)(
    '%s one operation from every node at once: one of them does it, the others are told',
    async (_verb, plan, apply, workRows, state) => {
      const uuid = randomUUID();
      const byHand = { query: async (sql: string, values: unknown[] = []) => rows(sql, values) };
      const createdAt = now() - 600;
      // To be requeued it has to be an orphan, to be aborted it must have a work row to lose.
      const work = workRows === 1 ? 'none' : 'waiting';
      await insertOperation(byHand as unknown as Pick<Site, 'query'>, { uuid, createdAt, work });
      await rows('UPDATE object_states SET update_time = ? WHERE object_uuid = ?', [createdAt, uuid]);
      const request = {
        ...{ operations: [uuid], force: false, reason: null, isRehearsal: false, now },
        ...{ producer: { fqdn: 'admin', user: 'root' }, warn: () => undefined },
      };
      const operators = enqueuers.slice(0, 6);
      // All have looked before the first of them changes anything.
      const plans = await Promise.all(operators.map(async (operator) => plan(operator, request)));
      const outcomes = await Promise.all(
        operators.map(async (operator, index) => {
          const told: ChangeOutcome[] = [];
          for await (const outcome of apply(operator, request, plans[index]!)) told.push(outcome);
          return told;
        }),
      );
      const kinds = outcomes.flat().map((outcome) => ('kind' in outcome ? outcome.kind : 'changed'));
      expect(kinds.filter((kind) => kind === 'changed')).toHaveLength(1);
      expect(kinds.filter((kind) => !['changed', 'moved', 'already'].includes(kind))).toEqual([]);
      const workOf = "SELECT id FROM work_queue WHERE JSON_VALUE(payload, '$.operation_uuid') = ?";
      expect(await rows(workOf, [uuid])).toHaveLength(workRows);
      expect(await rows('SELECT state_value FROM object_states WHERE object_uuid = ?', [uuid])).toMatchObject(
        [{ state_value: state }],
      );
      expect(await rows('SELECT * FROM event_objects WHERE object_uuid = ?', [uuid])).toHaveLength(1);
    },
    TIMEOUT_MS,
  );

  test.each<[AuditRuleId, { work: number; targets: number; header: number; state: string | null }]>([
    ['orphaned-operation', { work: 1, targets: 1, header: 1, state: 'queued' }],
    ['missing-targets', { work: 1, targets: 1, header: 1, state: 'queued' }],
    ['header-without-state', { work: 0, targets: 0, header: 0, state: null }],
    ['state-without-header', { work: 0, targets: 1, header: 0, state: 'deleted' }],
  ])(
    'mend one %s from every node at once: one of them does it, the others are told',
    async (id, left) => {
      const uuid = await DEFECTS[id]({
        query: async (sql: string, values: unknown[] = []) => rows(sql, values),
      } as unknown as Site);
      const operators = enqueuers.slice(0, 6);
      // All have looked before the first of them changes anything.
      const audited = await Promise.all(operators.map(async (operator) => look(operator, id)));
      const outcomes = await Promise.all(
        operators.map(async (operator, index) => {
          const repairer = { user: 'root', fqdn: `sf-${index}`, now };
          const planned = await planRepairs(operator, audited[index]!, repairer);
          const [own] = planned.filter(({ plan: { subject } }) => subject.uuid === uuid);
          return makeRepair(operator, own!, repairer);
        }),
      );
      const results = outcomes.map(({ result }) => result).sort();
      expect(results).toEqual(['changed', ...Array.from({ length: 5 }, () => 'moved_first')]);
      const workOf = "SELECT id FROM work_queue WHERE JSON_VALUE(payload, '$.operation_uuid') = ?";
      const targetsOf = 'SELECT operation_uuid FROM cluster_operation_targets WHERE operation_uuid = ?';
      expect({
        work: (await rows(workOf, [uuid])).length,
        targets: (await rows(targetsOf, [uuid])).length,
        header: (await rows('SELECT uuid FROM cluster_operations WHERE uuid = ?', [hex(uuid)])).length,
        state:
          ((await rows('SELECT state_value FROM object_states WHERE object_uuid = ?', [uuid]))[0]
            ?.state_value as string | undefined) ?? null,
      }).toEqual(left);
      expect(await rows('SELECT * FROM event_objects WHERE object_uuid = ?', [uuid])).toHaveLength(1);
    },
    TIMEOUT_MS,
  );
});

async function look(operator: Database, id: AuditRuleId): Promise<Audited> {
  return audit(operator, {
    ...{ rules: AUDIT_RULES.filter((rule) => rule.id === id), minAgeSeconds: 30, deep: true },
    ...{ migrations: MIGRATIONS, secondLookAfterSeconds: 0.05 },
  });
}
