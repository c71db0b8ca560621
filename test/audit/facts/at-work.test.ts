import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { audit } from '../../../src/audit/audit.js';
import { AUDIT_RULES } from '../../../src/audit/rules/index.js';
import { Database } from '../../../src/database/database.js';
import { MIGRATIONS } from '../../../src/migrations/registry.js';
import { FakeCluster } from '../../fixtures/fake-cluster.js';
import { insertCluster, insertNode, insertOperation, now } from '../../fixtures/rows.js';
import { rowsRead } from '../../fixtures/rows-read.js';
import { connectionSettings, sessionOptions, Site } from '../../fixtures/site.js';
import { DEFECTS } from './defects.js';

/** How long to look; `npm run torture -- --audit-minutes 10` gives it. */
const {
  SF_OPS_TORTURE_AUDIT_SECONDS: seconds = '0',
  SF_OPS_TORTURE_SEED: seed = '1',
  SF_OPS_TORTURE_REPORT: report,
} = process.env;
const SECONDS = Number(seconds);
/** Work rows that wait for the workers. */
const BACKLOG = 30;
/** Finished operations leave targets for the sweep, and of thousands that end at random five in a row will have failed. */
const RIGHTLY_FOUND = ['targets-without-operation', 'quiesced-network'];

describe('beside a cluster at work', () => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.create();
    await insertCluster(site);
    await insertNode(site, '44444444-4444-4444-8444-444444444445', 'sf-2');
    await site.query('UPDATE node_attributes SET is_network_node = 0 WHERE uuid LIKE ?', ['%5']);
  });
  afterAll(async () => site.close());

  test(
    'nothing is accused, however young; what is broken beside it is found',
    async () => {
      const cluster = new FakeCluster({
        seed: Number(seed),
        workers: 4,
        connect: async () => createConnection({ ...site.settings, jsonStrings: true }),
        deferSeconds: 0.2,
        reaps: 0,
      });
      const stop = new AbortController();
      const working = Promise.all([
        cluster.run(stop.signal, 3),
        feed(site, stop.signal),
        checkIn(site, stop.signal),
      ]);
      const database = site.database();
      const found: string[] = [];
      const begun = performance.now();
      // Until the workers have ended enough for every kind of end to have been seen between two looks.
      const isEnough = (looks: number): boolean =>
        cluster.journal.length >= 200 && looks >= 5 && performance.now() - begun >= SECONDS * 1000;
      let looks = 0;
      for (; !isEnough(looks); looks += 1) {
        const { findings } = await audit(database, {
          rules: AUDIT_RULES,
          minAgeSeconds: 0.3,
          deep: true,
          migrations: MIGRATIONS,
          secondLookAfterSeconds: 0.3,
        });
        for (const { id, result, subjects } of findings)
          if (result === 'fail' && !RIGHTLY_FOUND.includes(id))
            found.push(`${id} ${JSON.stringify(subjects)}`);
      }
      const figures = { looks, transitions: cluster.journal.length, accused: found.length };
      if (report !== undefined) await writeFile(report, JSON.stringify(figures));
      expect(found).toEqual([]);
      // A worker may fold what it finds on the same network, an orphan, too.
      stop.abort();
      await working;

      const orphan = await DEFECTS['orphaned-operation'](site);
      const { findings } = await audit(database, {
        rules: AUDIT_RULES.filter(({ id }) => id === 'orphaned-operation'),
        minAgeSeconds: 30,
        deep: false,
        migrations: MIGRATIONS,
        secondLookAfterSeconds: 0.3,
      });
      expect(findings[0]!.subjects.map(({ uuid }) => uuid)).toEqual([orphan]);
      await cluster.close();
    },
    120_000 + SECONDS * 1000,
  );
});

/** As the daemons of each node do. */
async function checkIn(site: Site, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await site.query('UPDATE node_attributes SET last_seen = ?', [now()]);
    await site.query('UPDATE node_metrics SET timestamp = ?', [now()]);
    await sleep(1_000, undefined, { signal }).catch(() => undefined);
  }
}

/** Gives the workers as much as they can do, each operation in one transaction, as an enqueuer does. */
async function feed(site: Site, signal: AbortSignal): Promise<void> {
  const connection = await createConnection({ ...site.settings, jsonStrings: true });
  const query = async <Row>(sql: string, values: unknown[] = []): Promise<Row[]> => {
    const [rows] = await connection.query<RowDataPacket[]>(sql, values);
    return rows as Row[];
  };
  for (let count = 0, last = ''; !signal.aborted;) {
    const [waiting] = await query<{ work: number }>('SELECT COUNT(*) AS work FROM work_queue');
    if (waiting!.work > BACKLOG) await sleep(20);
    else {
      const runsAfter = [{ op_type: 'net_op', op_uuid: last }];
      await connection.beginTransaction();
      last = await insertOperation({ query }, count % 5 === 4 ? { stored: { runs_after: runsAfter } } : {});
      await connection.commit();
      count += 1;
    }
  }
  await connection.end();
}

describe('what a look costs', () => {
  const ACTIVE = 300;
  const FINISHED = 3_000;
  const SCHEMA = 700;
  let site: Site;
  let database: Database;

  beforeAll(async () => {
    site = await Site.create();
    await insertCluster(site);
    await insertMany(site, FINISHED, 'complete');
    await insertMany(site, ACTIVE, 'queued');
    await site.query(
      'ANALYZE TABLE cluster_operations, cluster_operation_targets, object_states, work_queue',
    );
    database = new Database({ ...connectionSettings(site.settings), user: 'root' }, sessionOptions());
  });
  afterAll(async () => {
    await database.close();
    await site.close();
  });

  test('about twice the rows of what is active, whatever has finished', async () => {
    await DEFECTS['orphaned-operation'](site);
    const description = await database.describe();
    expect(description.tables.size).toBeGreaterThan(10);
    // The one connection serves both.
    const { reads } = await database.read(async (session) =>
      rowsRead(session, async () => {
        const { findings } = await audit(database, {
          rules: AUDIT_RULES,
          minAgeSeconds: 30,
          deep: false,
          migrations: MIGRATIONS,
          secondLookAfterSeconds: 0.05,
        });
        const failing = findings.filter(({ result }) => result === 'fail');
        expect(failing.map(({ id }) => id)).toEqual(['orphaned-operation']);
        expect(findings.filter(({ result }) => result === 'skip').map(({ id }) => id)).toEqual([
          'targets-without-operation',
        ]);
      }),
    );
    // Each active operation has a header, a state, a work row and a target; the schema costs the same for any number.
    expect(reads).toBeLessThanOrEqual(2 * 4 * ACTIVE + SCHEMA);
  });
});

/** Operations with all of their rows, made by the server. */
async function insertMany(site: Site, count: number, state: string): Promise<void> {
  const uuid = `LOWER(CONCAT(LPAD(HEX(seq), 8, '0'), '-000${state === 'queued' ? 'a' : 'b'}-4000-8000-000000000000'))`;
  const created = now() - 3_600;
  const stored = `JSON_OBJECT('uuid', ${uuid}, 'network_uuid', '11111111-1111-4111-8111-111111111111',
    'node_uuid', NULL, 'priority', 'user_facing', 'tasks', JSON_ARRAY('network_deploy'), 'version', 3)`;
  await site.query(`
    INSERT INTO cluster_operations (uuid, operation_type, created_at, network_uuid, priority, metadata_json)
      SELECT REPLACE(${uuid}, '-', ''), 'net_op', ${created}, '11111111111141118111111111111111', 'user_facing', ${stored}
      FROM seq_1_to_${count};
    INSERT INTO object_states (object_type, object_uuid, state_value, update_time)
      SELECT 'NET_OP', ${uuid}, '${state}', ${created} FROM seq_1_to_${count};
    INSERT INTO cluster_operation_targets (operation_uuid, operation_type, target_object_type, target_uuid, created_at)
      SELECT ${uuid}, 'net_op', 'NETWORK', '11111111-1111-4111-8111-111111111111', ${created} FROM seq_1_to_${count}`);
  if (state !== 'queued') return;
  await site.query(`
    INSERT INTO work_queue (queue_name, scheduled_at, attempts, payload, created_at)
      SELECT 'networknode-clusteroperation-user_facing', ${created}, 0,
        JSON_OBJECT('operation_type', 'net_op', 'operation_uuid', ${uuid}), ${created} FROM seq_1_to_${count}`);
}
