import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ChangeOutcome } from '../../src/operations/change.js';
import { applyAbort, planAbort } from '../../src/operations/abort.js';
import { chooseOperations, dependentsOf } from '../../src/operations/choose-operations.js';
import { applyRequeue, planRequeue } from '../../src/operations/requeue.js';
import { insertCluster, insertOperation, NETWORK, now, setState } from '../fixtures/rows.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { Site } from '../fixtures/site.js';
import { emptyOperations, operationTables } from './enqueue-ask.js';

const USE_CASES = {
  requeue: { plan: planRequeue, apply: applyRequeue },
  abort: { plan: planAbort, apply: applyAbort },
};

describe.each<[string, SchemaVariant]>([
  ['char(32)', {}],
  ['native uuid', { uuid: 'native' }],
  ['utf8mb4_bin', { collation: 'utf8mb4_bin' }],
])('operations are changed by hand: %s', (_, variant) => {
  let site: Site;
  beforeAll(async () => {
    site = await Site.create(variant);
    await insertCluster(site);
  });
  afterAll(async () => site.close());
  beforeEach(async () => emptyOperations(site));

  const old = { createdAt: now() - 600 };
  const orphan = async (): Promise<string> => {
    const uuid = await insertOperation(site, { ...old, work: 'none' });
    await site.query('UPDATE object_states SET update_time = ? WHERE object_uuid = ?', [old.createdAt, uuid]);
    return uuid;
  };

  /** @param meanwhile happens between the look and the change */
  async function change(
    verb: keyof typeof USE_CASES,
    operations: readonly string[],
    {
      force = false,
      meanwhile = async (): Promise<unknown> => undefined,
      reason = null as string | null,
    } = {},
  ): Promise<ChangeOutcome[]> {
    const database = site.database();
    const warnings: string[] = [];
    const request = {
      ...{ operations, force, reason, isRehearsal: false, now, warn: (text: string) => warnings.push(text) },
      producer: { fqdn: 'admin', user: 'root' },
    };
    const planned = await USE_CASES[verb].plan(database, request);
    await meanwhile();
    const outcomes: ChangeOutcome[] = [];
    for await (const outcome of USE_CASES[verb].apply(database, request, planned)) outcomes.push(outcome);
    expect(warnings).toEqual([]);
    return outcomes;
  }
  const stateOf = async (uuid: string): Promise<unknown> =>
    (await site.query('SELECT state_value, message FROM object_states WHERE object_uuid = ?', [uuid]))[0];

  test('an orphan is requeued with what a worker needs, and an event tells who did it', async () => {
    const uuid = await orphan();
    expect(await change('requeue', [uuid], { reason: 'ticket 7' })).toMatchObject([
      { from: 'queued', to: 'queued' },
    ]);
    const { work_queue: work } = await operationTables(site);
    expect(work).toEqual([
      expect.objectContaining({
        ...{ queue_name: 'networknode-clusteroperation-user_facing', claimed_at: null, attempts: 0 },
        payload: `{"operation_type": "net_op", "operation_uuid": "${uuid}"}`,
      }),
    ]);
    expect(await stateOf(uuid)).toEqual({
      state_value: 'queued',
      message: 'requeued by sf-ops (root@admin): ticket 7',
    });
    const events = await site.query<{ extra: string }>(
      'SELECT e.* FROM events e JOIN event_objects o USING (event_uuid) WHERE o.object_uuid = ?',
      [uuid],
    );
    expect(events).toEqual([
      expect.objectContaining({ event_type: 'audit', message: 'net_op operation requeued by an operator' }),
    ]);
    expect(JSON.parse(events[0]!.extra)).toMatchObject({ from: 'queued', to: 'queued', reason: 'ticket 7' });
    expect(await change('requeue', [uuid])).toMatchObject([{ kind: 'already' }]);
  });

  test('a stale claim is released, and the row stays one', async () => {
    const uuid = await insertOperation(site, { ...old, state: 'executing', work: 'claimed' });
    await site.query('UPDATE work_queue SET claimed_at = ?', [now() - 7200]);
    expect(await change('requeue', [uuid])).toMatchObject([{ from: 'executing', to: 'queued' }]);
    const { work_queue: work } = await operationTables(site);
    expect(work).toEqual([expect.objectContaining({ claimed_at: null, claimed_by: null, attempts: 1 })]);
  });

  test('an aborted operation is gone from its queue in the same moment', async () => {
    const uuid = await insertOperation(site, old);
    expect(await change('abort', [uuid])).toMatchObject([{ from: 'queued', to: 'abort', queueName: null }]);
    expect((await operationTables(site)).work_queue).toEqual([]);
    expect(await stateOf(uuid)).toMatchObject({ state_value: 'abort' });
    expect(await change('abort', [uuid])).toMatchObject([{ kind: 'already' }]);
  });

  test('one that a worker has is left to it, unless forced', async () => {
    const uuid = await insertOperation(site, { ...old, state: 'executing', work: 'claimed' });
    expect(await change('abort', [uuid])).toMatchObject([{ kind: 'refused' }]);
    expect(await stateOf(uuid)).toMatchObject({ state_value: 'executing' });
    expect(await change('abort', [uuid], { force: true })).toMatchObject([{ to: 'abort' }]);
    expect((await operationTables(site)).work_queue).toHaveLength(1);
  });

  test.each<[string, 'requeue' | 'abort', (uuid: string) => Promise<unknown>]>([
    ['a worker claims it', 'abort', () => site.query('UPDATE work_queue SET claimed_at = ?', [now()])],
    ['it ends', 'abort', (uuid) => setState(site, 'NET_OP', uuid, 'complete')],
    ['it is deferred', 'abort', () => site.query('UPDATE work_queue SET id = id + 1000')],
  ])('whoever moves first wins: %s', async (_name, verb, move) => {
    const uuid = await insertOperation(site, old);
    const outcomes = await change(verb, [uuid], { meanwhile: () => move(uuid) });
    expect(outcomes).toMatchObject([{ kind: 'moved' }]);
    expect((await operationTables(site)).work_queue).toHaveLength(1);
    expect(await site.query('SELECT * FROM events')).toEqual([]);
  });

  test('two operators who requeue the same orphan at once make one work row', async () => {
    const uuid = await orphan();
    const outcomes = await Promise.all(Array.from({ length: 6 }, async () => change('requeue', [uuid])));
    expect(outcomes.flat().filter((outcome) => !('kind' in outcome))).toHaveLength(1);
    expect((await operationTables(site)).work_queue).toHaveLength(1);
  });

  test('what never was, or is removed, is gone', async () => {
    expect(await change('abort', ['00000000-0000-4000-8000-000000000000'])).toMatchObject([{ kind: 'gone' }]);
  });

  test('they are chosen by object, by what they are stuck for, and narrowed', async () => {
    const [stuck, waiting] = [await orphan(), await insertOperation(site)];
    const choose = async (choice: object): Promise<readonly string[]> =>
      (
        await chooseOperations(
          site.database(),
          { ...{ operations: [], pendingOn: null, stuck: null, isWanted: () => true }, ...choice },
          now(),
        )
      ).operations;
    const pendingOn = { objectType: 'network', object: 'lan' };
    expect(await choose({ pendingOn })).toEqual([stuck, waiting]);
    expect(await choose({ pendingOn, stuck: { reason: null } })).toEqual([stuck]);
    expect(await choose({ stuck: { reason: 'orphaned' } })).toEqual([stuck]);
    expect(await choose({ stuck: { reason: 'cycle' } })).toEqual([]);
    expect(await choose({ operations: [waiting.slice(0, 13)] })).toEqual([waiting]);
    expect(
      await choose({ pendingOn, isWanted: ({ createdAt }: { createdAt: number }) => createdAt > now() - 60 }),
    ).toEqual([waiting]);
  });

  test('what depends on an operation is found through any number of others', async () => {
    const waits = (uuid: string) => ({ stored: { depends_on: [{ op_type: 'net_op', op_uuid: uuid }] } });
    const first = await insertOperation(site);
    const second = await insertOperation(site, waits(first));
    const third = await insertOperation(site, waits(second));
    await insertOperation(site, {
      stored: { network_uuid: NETWORK, runs_after: [{ op_type: 'net_op', op_uuid: first }] },
    });
    expect(await dependentsOf(site.database(), [first])).toEqual([second, third]);
  });
});
