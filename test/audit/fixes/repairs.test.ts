import { describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { createConnection } from 'mysql2/promise';
import { randomUUID } from 'node:crypto';
import { audit, type Audited } from '../../../src/audit/audit.js';
import { FIXES } from '../../../src/audit/fixes/index.js';
import type { Plan, Repair } from '../../../src/audit/fixes/plan.js';
import { makeRepair, planRepairs, type Repaired } from '../../../src/audit/repair.js';
import { AUDIT_RULES } from '../../../src/audit/rules/index.js';
import type { AuditRuleId } from '../../../src/core/audit-rules.js';
import type { Database } from '../../../src/database/database.js';
import { DEFAULT_LIMITS } from '../../../src/database/limits.js';
import { MIGRATIONS } from '../../../src/migrations/registry.js';
import type { Step } from '../../../src/operations/transition.js';
import { FakeWorker } from '../../fixtures/fake-worker.js';
import { hex, insertCluster, insertNetwork, insertOperation, NODE, now } from '../../fixtures/rows.js';
import { Site } from '../../fixtures/site.js';
import { age, DEFECTS, LONG_AGO } from '../facts/defects.js';

const FIXABLE = Object.keys(FIXES) as AuditRuleId[];
const REPAIRER = { user: 'alice', fqdn: 'sf-1', now };

async function look(database: Database, id: AuditRuleId): Promise<Audited> {
  return audit(database, {
    rules: AUDIT_RULES.filter((rule) => rule.id === id),
    minAgeSeconds: 30,
    deep: false,
    migrations: MIGRATIONS,
    secondLookAfterSeconds: 0.05,
  });
}

async function mend(database: Database, audited: Audited): Promise<Repaired[]> {
  const repaired: Repaired[] = [];
  for (const planned of await planRepairs(database, audited, REPAIRER))
    repaired.push(await makeRepair(database, planned, REPAIRER));
  return repaired;
}

function workerOf(site: Site): FakeWorker {
  return new FakeWorker({ connect: async () => createConnection({ ...site.settings, jsonStrings: true }) });
}

async function withSite(work: (site: Site) => Promise<void>): Promise<void> {
  const site = await Site.create();
  try {
    await insertCluster(site);
    await work(site);
  } finally {
    await site.close();
  }
}

const stateOf = async (site: Site, uuid: string): Promise<string | null> =>
  (
    await site.query<{ state: string | null }>(
      'SELECT state_value AS state FROM object_states WHERE object_uuid = ?',
      [uuid],
    )
  )[0]?.state ?? null;

const workOf = async (site: Site, uuid: string): Promise<{ queue: string; claimed: string | null }[]> =>
  site.query(
    `SELECT queue_name AS queue, claimed_by AS claimed FROM work_queue
     WHERE JSON_VALUE(payload, '$.operation_uuid') = ?`,
    [uuid],
  );

test('every rule that says what --fix does has a fix, and the others have none', () => {
  expect(FIXABLE.sort()).toEqual(
    AUDIT_RULES.filter(({ fix }) => fix !== null)
      .map(({ id }) => id)
      .sort(),
  );
});

/** The repair with a statement in place of one of its own that ends the connection, as kill -9 of the program does. */
function cutAt(plan: Plan, cut: number): Plan {
  if (!('repair' in plan)) return plan;
  const steps = plan.repair.steps.map((step, index): Step =>
    index === cut ? { ...step, sql: SUICIDE } : step,
  );
  return { ...plan, repair: { ...plan.repair, steps } };
}

const SUICIDE = sql`KILL CONNECTION_ID()`;

test.each(FIXABLE)('%s: cut anywhere it leaves nothing; two operators at once mend it once', async (id) => {
  await withSite(async (site) => {
    await DEFECTS[id](site);
    const operators = [site.database(), site.database()];
    const found = await Promise.all(operators.map(async (database) => look(database, id)));
    const before = await contents(site);
    const [planned] = (await planRepairs(operators[0]!, found[0]!, REPAIRER)).filter(
      ({ plan }) => 'repair' in plan,
    );
    const { steps } = (planned!.plan as { repair: Repair }).repair;
    for (const cut of steps.keys()) {
      const doomed = { ...planned!, plan: cutAt(planned!.plan, cut) };
      const limits = { ...DEFAULT_LIMITS, retrySeconds: 0 };
      await expect(makeRepair(site.database({ limits }), doomed, REPAIRER)).rejects.toMatchObject({
        exitCode: 69,
      });
      expect(await contents(site)).toEqual(before);
    }

    const results = await Promise.all(operators.map(async (database, i) => mend(database, found[i]!)));
    expect(results.flat().filter(({ result }) => result === 'changed')).toHaveLength(1);
    const events = await site.query<{ message: string; extra: string }>('SELECT message, extra FROM events');
    expect(events).toHaveLength(1);
    expect(events[0]!.message).toContain(`sf-ops audit, ${id}: `);
    expect(JSON.parse(events[0]!.extra)).toMatchObject({ rule: id, user: 'alice', host: 'sf-1' });
    const { findings } = await look(operators[0]!, id);
    expect(findings.filter(({ result }) => result !== 'pass')).toEqual([]);
  });
});

async function contents(site: Site): Promise<unknown[]> {
  const tables = ['object_states', 'cluster_operations', 'work_queue', 'cluster_operation_targets', 'events'];
  return Promise.all(tables.map(async (table) => site.query(`SELECT * FROM ${table}`)));
}

describe('what a repair leaves', () => {
  test('an orphan stands in the queue of its type, and a worker completes it', async () => {
    await withSite(async (site) => {
      const uuid = await DEFECTS['orphaned-operation'](site);
      const database = site.database();
      await mend(database, await look(database, 'orphaned-operation'));
      expect(await workOf(site, uuid)).toEqual([
        { queue: 'networknode-clusteroperation-user_facing', claimed: null },
      ]);
      const worker = workerOf(site);
      const claim = await worker.claim();
      expect(claim).toMatchObject({ uuid });
      expect(await worker.begin(claim!)).toBe('executing');
      await worker.end(claim!, 'complete');
      await worker.close();
      expect(await stateOf(site, uuid)).toBe('complete');
    });
  });

  test('an orphan whose node does the work stands in that node’s queue', async () => {
    await withSite(async (site) => {
      const uuid = await insertOperation(site, {
        type: 'node_net_op',
        createdAt: LONG_AGO(),
        work: 'none',
        stored: { node_uuid: NODE, tasks: ['network_destroy'] },
      });
      await site.query('UPDATE cluster_operations SET node_uuid = ? WHERE uuid = ?', [hex(NODE), hex(uuid)]);
      await age(site, uuid);
      const database = site.database();
      await mend(database, await look(database, 'orphaned-operation'));
      expect(await workOf(site, uuid)).toEqual([
        { queue: `${NODE}-clusteroperation-user_facing`, claimed: null },
      ]);
    });
  });

  test('work in a queue of a wrong name is moved; work for a node that is only down is left', async () => {
    await withSite(async (site) => {
      const wrong = await insertOperation(site, { createdAt: LONG_AGO() });
      await site.query("UPDATE work_queue SET queue_name = 'networknode-network-user_facing'");
      const database = site.database();
      const [repaired] = await mend(database, await look(database, 'undrained-queue'));
      expect(repaired).toMatchObject({
        result: 'changed',
        what: 'moved to networknode-clusteroperation-user_facing',
      });
      expect(await workOf(site, wrong)).toEqual([
        { queue: 'networknode-clusteroperation-user_facing', claimed: null },
      ]);
      await age(site, wrong);
      await site.query('UPDATE work_queue SET scheduled_at = ?', [LONG_AGO()]);
      await site.query('UPDATE node_attributes SET last_seen = ?', [LONG_AGO()]);
      const [left] = await mend(database, await look(database, 'undrained-queue'));
      expect(left).toMatchObject({ result: 'left', why: expect.stringContaining('start') });
    });
  });

  test('work for a node that does not exist fails, and says who did it', async () => {
    await withSite(async (site) => {
      const uuid = await insertOperation(site, {
        type: 'node_net_op',
        createdAt: LONG_AGO(),
        stored: { node_uuid: randomUUID() },
      });
      const gone = randomUUID();
      await site.query('UPDATE work_queue SET queue_name = ?', [`${gone}-clusteroperation-user_facing`]);
      const database = site.database();
      await mend(database, await look(database, 'undrained-queue'));
      expect(
        await site.query('SELECT state_value, message FROM object_states WHERE object_uuid = ?', [uuid]),
      ).toEqual([
        { state_value: 'error', message: `failed by sf-ops (alice@sf-1): node ${gone} does not exist` },
      ]);
      expect(await workOf(site, uuid)).toEqual([]);
      expect(await site.query('SELECT op_uuid FROM cluster_operation_errors')).toHaveLength(1);
    });
  });

  test('target rows say that they are no measurement, where the schema tells the two apart', async () => {
    await withSite(async (site) => {
      await site.query('ALTER TABLE cluster_operation_targets ADD COLUMN observational TINYINT(1) NOT NULL');
      const uuid = await DEFECTS['missing-targets'](site);
      const database = site.database();
      expect(await mend(database, await look(database, 'missing-targets'))).toMatchObject([
        { result: 'changed' },
      ]);
      expect(
        await site.query(
          'SELECT target_object_type, observational FROM cluster_operation_targets WHERE operation_uuid = ?',
          [uuid],
        ),
      ).toEqual([{ target_object_type: 'NETWORK', observational: 0 }]);
    });
  });

  test('of a circle one operation is aborted', async () => {
    await withSite(async (site) => {
      await DEFECTS['dependency-cycle'](site);
      const database = site.database();
      await mend(database, await look(database, 'dependency-cycle'));
      const states = await site.query<{ state: string; n: number }>(
        "SELECT state_value AS state, COUNT(*) AS n FROM object_states WHERE object_type = 'NET_OP' GROUP BY 1 ORDER BY 1",
      );
      expect(states).toEqual([
        { state: 'abort', n: 1 },
        { state: 'queued', n: 1 },
      ]);
    });
  });
});

describe('who moved first wins', () => {
  test('the reaper of the newest release ended the orphan', async () => {
    await withSite(async (site) => {
      const uuid = await DEFECTS['orphaned-operation'](site);
      const database = site.database();
      const found = await look(database, 'orphaned-operation');
      const worker = workerOf(site);
      await worker.reap();
      await worker.close();
      expect(await mend(database, found)).toMatchObject([{ result: 'moved_first' }]);
      expect(await stateOf(site, uuid)).toBe('error');
      expect(await workOf(site, uuid)).toEqual([]);
    });
  });

  test('somebody queued it again by hand', async () => {
    await withSite(async (site) => {
      const uuid = await DEFECTS['orphaned-operation'](site);
      const database = site.database();
      const found = await look(database, 'orphaned-operation');
      await site.query(
        `INSERT INTO work_queue (queue_name, scheduled_at, attempts, payload, created_at)
         VALUES ('networknode-clusteroperation-user_facing', 0, 0, ?, 0)`,
        [JSON.stringify({ operation_type: 'net_op', operation_uuid: uuid })],
      );
      expect(await mend(database, found)).toMatchObject([{ result: 'moved_first' }]);
      expect(await workOf(site, uuid)).toHaveLength(1);
    });
  });

  test('the worker that was thought dead has ended its operation', async () => {
    await withSite(async (site) => {
      const uuid = await DEFECTS['stale-claim'](site);
      const database = site.database();
      const found = await look(database, 'stale-claim');
      const [row] = await site.query<{ id: number }>('SELECT id FROM work_queue');
      const worker = workerOf(site);
      const queueName = 'networknode-clusteroperation-user_facing';
      await worker.end({ workRow: row!.id, queueName, uuid, type: 'net_op' }, 'complete');
      await worker.close();
      expect(await mend(database, found)).toMatchObject([{ result: 'moved_first' }]);
      expect(await stateOf(site, uuid)).toBe('complete');
    });
  });

  test('the network that was gone has an operation that a worker took', async () => {
    await withSite(async (site) => {
      await insertNetwork(site, randomUUID(), 'other');
      const uuid = await DEFECTS['object-gone'](site);
      const database = site.database();
      const found = await look(database, 'object-gone');
      const worker = workerOf(site);
      await worker.claim();
      await worker.close();
      expect(await mend(database, found)).toMatchObject([{ result: 'moved_first' }]);
      expect(await stateOf(site, uuid)).toBe('queued');
    });
  });
});
