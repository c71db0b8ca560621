import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  insertCluster,
  insertNetwork,
  insertNode,
  insertOperation,
  now,
  setState,
} from '../fixtures/rows.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { Site } from '../fixtures/site.js';
import { connectAsAdministrator, sharedServer } from '../servers/mariadb.js';
import { connectionFlags, jsonOf, runCli, type Outcome } from './run.js';

interface Explanation {
  subject: { type: string; uuid: string; name: string | null };
  reason: string;
  sentence: string;
  evidence: Record<string, unknown>;
  chain: { op_uuid: string; reason: string; depth: number }[];
  remedies: { command: string; sentence: string }[];
}

const STOPPED = '55555555-5555-4555-8555-555555555555';
const explanations = (outcome: Outcome): Explanation[] =>
  jsonOf<{ explanations: Explanation[] }>(outcome).explanations;
const waitsFor = (uuid: string, key = 'depends_on'): { stored: Record<string, unknown> } => ({
  stored: { [key]: [{ op_type: 'net_op', op_uuid: uuid }] },
});

describe.each<[string, SchemaVariant]>([
  ['now, with a type that only the database knows', { extraLabels: ['FUTURE_OP'] }],
  [
    'before both migrations, native uuids',
    { version: 'baseline', uuid: 'native', extraLabels: ['FUTURE_OP'] },
  ],
])('explain, on a deployment as it is %s, with an account that may only read', (_, variant) => {
  let site: Site;
  let user: string;
  const ids: Record<string, string> = {};
  const networks: Record<string, string> = {};
  const explain = async (...words: string[]): Promise<Outcome> =>
    runCli(['explain', ...words, ...connectionFlags({ ...site.settings, user })]);

  /** An operation that has been there for ten minutes. */
  const add = async (name: string, more: Parameters<typeof insertOperation>[1] = {}): Promise<string> =>
    (ids[name] = await insertOperation(site, { createdAt: now() - 600, ...more }));

  beforeAll(async () => {
    site = await Site.create(variant);
    user = `reader_${site.settings.database.slice(-8)}`;
    const administrator = await connectAsAdministrator(await sharedServer());
    await administrator.query(
      `CREATE USER ${user}@localhost; GRANT SELECT ON ${site.settings.database}.* TO ${user}@localhost`,
    );
    await administrator.end();
    await insertCluster(site);
    await insertNode(site, STOPPED, 'sf-2', now() - 9999);
    await addOperations();
    await addNetworks();
  }, 60_000);
  afterAll(async () => {
    const administrator = await connectAsAdministrator(await sharedServer());
    await administrator.query(`DROP USER ${user}@localhost`);
    await administrator.end();
    await site.close();
  });

  async function addOperations(): Promise<void> {
    await add('waiting_its_turn');
    const deferred = await add('deferred');
    await site.query(
      "UPDATE work_queue SET scheduled_at = ? WHERE JSON_VALUE(payload, '$.operation_uuid') = ?",
      [now() + 300, deferred],
    );
    await add('running', { state: 'executing', work: 'claimed' });
    const stale = await add('stale_claim', { state: 'executing', work: 'claimed' });
    await site.query(
      "UPDATE work_queue SET claimed_at = ? WHERE JSON_VALUE(payload, '$.operation_uuid') = ?",
      [now() - 7200, stale],
    );
    await add('orphaned', { work: 'none' });
    const undrained = await add('undrained', { type: 'node_inst_op', stored: { node_uuid: STOPPED } });
    await site.query(
      "UPDATE work_queue SET queue_name = ? WHERE JSON_VALUE(payload, '$.operation_uuid') = ?",
      [`${STOPPED}-clusteroperation-user_facing`, undrained],
    );
    const failed = await add('failed', { state: 'error', work: 'none' });
    await site.query('INSERT INTO cluster_operation_errors VALUES (?, ?, ?)', [
      failed.replaceAll('-', ''),
      JSON.stringify({ code: 'E', message: 'no room', origin_class: 'X', traceback: 'at X' }),
      now(),
    ]);
    await add('waits_for', waitsFor(ids.orphaned!, 'runs_after'));
    await add('blocked_by_failed', waitsFor(failed));
    await add('blocked_by_missing', waitsFor(randomUUID()));
    const other = randomUUID();
    await add('cycle', waitsFor(other));
    await insertOperation(site, { uuid: other, createdAt: now() - 600, ...waitsFor(ids.cycle!) });
    await add('complete', { state: 'complete', work: 'none' });
    const folded = await add('folded', { state: 'complete', work: 'none' });
    await site.query("UPDATE object_states SET message = 'coalesced into sibling op' WHERE object_uuid = ?", [
      folded,
    ]);
    await add('aborted', { state: 'abort', work: 'none' });
    const gone = await add('gone', { state: null, work: 'none' });
    await site.query('DELETE FROM cluster_operations WHERE uuid = ?', [gone.replaceAll('-', '')]);
    await add('unknown_state', { state: 'of tomorrow', type: 'future_op' });
  }

  async function addNetworks(): Promise<void> {
    const add = async (name: string, state = 'created', since = now() - 3600): Promise<string> => {
      const uuid = (networks[name] = randomUUID());
      await insertNetwork(site, uuid, name);
      await setState(site, 'NETWORK', uuid, state, since);
      return uuid;
    };
    const fail = async (uuid: string, secondsAgo: number): Promise<string> =>
      insertOperation(site, {
        targets: [['NETWORK', uuid]],
        state: 'error',
        work: 'none',
        createdAt: now() - secondsAgo,
      });
    await add('recently_changed', 'created', now() - 5);
    await insertOperation(site, {
      targets: [['NETWORK', await add('pending')]],
      createdAt: now() - 60,
      work: 'none',
    });
    await fail(await add('recent_failure'), 5);
    const quiesced = await add('quiesced');
    for (const secondsAgo of [900, 800, 700, 600, 500]) await fail(quiesced, secondsAgo);
    await add('not_maintained', 'error');
    await add('healthy');
  }

  test('every reason of an operation', async () => {
    const outcome = await explain(...Object.values(ids), '--json');
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    const found = explanations(outcome);
    expect(Object.fromEntries(found.map(({ subject, reason }) => [subject.uuid, reason]))).toEqual(
      Object.fromEntries(Object.entries(ids).map(([reason, uuid]) => [uuid, reason])),
    );
    for (const { sentence, evidence } of found) {
      expect(sentence).toMatch(/^It .*\.$/);
      expect(Object.keys(evidence).length).toBeGreaterThan(0);
    }
  });

  test('what shows it, the chain, and what helps', async () => {
    const [waiting, undrained, failed] = explanations(
      await explain(ids.waits_for!, ids.undrained!, ids.failed!, '--json'),
    );
    expect(waiting).toMatchObject({
      subject: { type: 'net_op', uuid: ids.waits_for },
      chain: [{ op_uuid: ids.orphaned, reason: 'orphaned', depth: 1 }],
      remedies: [{ command: `sf-ops requeue ${ids.orphaned}` }, {}],
    });
    expect(undrained!.evidence).toMatchObject({
      cause: 'no_consumer_runs',
      consumers: [{ node: 'sf-2', daemon: 'sf-queues', running: false }],
      queue: { queue_name: `${STOPPED}-clusteroperation-user_facing` },
    });
    expect(failed!.evidence).toMatchObject({ error: { code: 'E', message: 'no room' } });
  });

  test('every reason of a network, in one question', async () => {
    const outcome = await explain('network', ...Object.keys(networks), '--json');
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    const found = explanations(outcome);
    expect(found.map(({ reason }) => reason)).toEqual(Object.keys(networks));
    expect(found.map(({ subject }) => subject)).toEqual(
      Object.entries(networks).map(([name, uuid]) => ({ type: 'network', uuid, name })),
    );
    expect(found[3]!.evidence.operations).toHaveLength(5);
    expect(found[1]!.remedies[0]!.command).toMatch(/^sf-ops requeue /);
  });

  test('everything that is pending, what is stuck first', async () => {
    const found = explanations(await explain('--all-pending', '--json'));
    expect(found.length).toBeGreaterThanOrEqual(11);
    const stuck = [
      'stale_claim',
      'orphaned',
      'undrained',
      'blocked_by_failed',
      'blocked_by_missing',
      'cycle',
    ];
    const isStuck = found.map(({ reason }) => stuck.includes(reason));
    expect(isStuck).toEqual([...isStuck].sort((a, b) => Number(b) - Number(a)));
    const [worst] = explanations(await explain('--all-pending', '--limit', '1', '--json'));
    expect(worst).toEqual(expect.objectContaining({ reason: found[0]!.reason }));
  });

  test('by the beginnings that people see, with what is unknown beside it', async () => {
    const outcome = await explain(ids.orphaned!.slice(0, 13).toUpperCase(), 'ffffffff', '-o', 'table');
    expect(outcome.exitCode).toBe(6);
    expect(outcome.stdout).toContain('It is orphaned');
    expect(outcome.stderr).toContain('There is no operation "ffffffff"');
    expect((await explain('shop/lan')).stderr).toContain('sf-ops pending TYPE NAME lists those of an object');
    const typed = await explain(`net_op/${ids.orphaned!.slice(0, 8)}`, '-o', 'table');
    expect(typed.stdout).toContain('It is orphaned');
    expect(await explain(randomUUID(), '--json')).toMatchObject({ exitCode: 6 });
    expect(await explain('network', randomUUID(), '--json')).toMatchObject({ exitCode: 6 });
    expect(await explain()).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await explain('--all-pending', ids.orphaned!)).toMatchObject({ exitCode: 2, stdout: '' });
  });

  test('without a network node that runs, nobody looks after networks', async () => {
    await site.query("UPDATE node_daemon_states SET value = 'daemon-stopped' WHERE daemon = 'net'");
    const [found] = explanations(await explain('network/healthy', '--json'));
    expect(found).toMatchObject({
      reason: 'no_maintainer',
      remedies: expect.arrayContaining([expect.objectContaining({ command: 'systemctl start sf-net' })]),
    });
    const table = await explain('network', 'healthy', '-o', 'table');
    expect(table.stdout).toContain('Next on sf-1: systemctl start sf-net');
    await site.query("UPDATE node_daemon_states SET value = 'daemon-running'");
  });
});
