import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { targetHistory } from '../../src/database/queries/history.js';
import { activeTargets, lastTarget, type Target } from '../../src/database/queries/targets.js';
import { INSTANCE, INTERFACE, insertOperation, NETWORK, now, setState } from '../fixtures/rows.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { Site } from '../fixtures/site.js';

/** Shaken Fist's own words, not the product's list of them. */
const ACTIVE_STATES = ['queued', 'preflight', 'executing'];
const TERMINAL_STATES = ['complete', 'abort', 'error', 'deleted'];

const network = { typeName: 'NETWORK', uuid: NETWORK };
const uuids = (targets: readonly Target[]): string[] => targets.map(({ operationUuid }) => operationUuid);

describe.each<[string, SchemaVariant]>([
  ['char(32), general_ci', { collation: 'utf8mb4_general_ci' }],
  ['native uuid', { uuid: 'native' }],
  ['utf8mb4_bin', { collation: 'utf8mb4_bin' }],
  ['appended labels', { enumOrder: 'appended' }],
  ['before both migrations', { version: 'baseline' }],
  ['observational column', { observational: true }],
])('targets: %s', (_, variant) => {
  let site: Site;
  const active = async (of = [network]): Promise<Target[]> => {
    const database = site.database();
    const description = await database.describe();
    return database.read(async (session) => activeTargets(session, description, of));
  };

  beforeAll(async () => (site = await Site.create(variant)));
  afterAll(async () => site.close());
  beforeEach(async () => {
    for (const table of ['cluster_operations', 'object_states', 'work_queue', 'cluster_operation_targets'])
      await site.query(`DELETE FROM ${table}`);
  });

  test('a later terminal operation does not hide an earlier queued one', async () => {
    const waiting = await insertOperation(site, { createdAt: now() - 60 });
    for (const state of TERMINAL_STATES) await insertOperation(site, { state });
    expect(uuids(await active())).toEqual([waiting]);
  });

  test('active is queued, preflight and executing, and nothing else', async () => {
    const held: string[] = [];
    for (const state of ACTIVE_STATES) held.push(await insertOperation(site, { state }));
    for (const state of [...TERMINAL_STATES, 'initial', '', null]) await insertOperation(site, { state });
    expect(new Set(uuids(await active()))).toEqual(new Set(held));
  });

  test('a state row without a value is not active', async () => {
    const operation = await insertOperation(site, { state: null });
    await setState(site, 'NET_OP', operation, null);
    expect(await active()).toEqual([]);
  });

  test('other objects, and other types of the same uuid, are not held', async () => {
    await insertOperation(site, { targets: [['INSTANCE', NETWORK]] });
    await insertOperation(site, { targets: [['NETWORK', INSTANCE]] });
    expect(await active()).toEqual([]);
  });

  test('oldest first, each with what is known of it', async () => {
    const base = Math.floor(now());
    const second = await insertOperation(site, { createdAt: base - 10, state: 'executing' });
    const first = await insertOperation(site, { createdAt: base - 20.5 });
    const targets = await active();
    expect(uuids(targets)).toEqual([first, second]);
    expect(targets[0]).toMatchObject({
      operationType: 'net_op',
      state: 'queued',
      objectType: 'network',
      objectUuid: NETWORK,
      createdAt: base - 20.5,
      observational: false,
    });
  });

  test('the last one is that with the highest sequence number, whatever its state or its time', async () => {
    const read = async (): Promise<Target | null> => {
      const database = site.database();
      const description = await database.describe();
      return database.read(async (session) => lastTarget(session, description, network));
    };
    expect(await read()).toBeNull();
    await insertOperation(site, { createdAt: now() });
    const last = await insertOperation(site, { createdAt: now() - 3600, state: 'error' });
    expect(await read()).toMatchObject({ operationUuid: last, state: 'error' });
    const gone = await insertOperation(site, { state: null });
    expect(await read()).toMatchObject({ operationUuid: gone, state: null });
  });

  test('history is newest first by time, bounded, and keeps what has no state any more', async () => {
    const base = now();
    const old = await insertOperation(site, { createdAt: base - 300, state: 'error' });
    const gone = await insertOperation(site, { createdAt: base - 100, state: null });
    const mid = await insertOperation(site, { createdAt: base - 200, state: 'complete' });
    const read = async (options: { limit: number; since: number }): Promise<string[]> => {
      const database = site.database();
      const description = await database.describe();
      return uuids(
        await database.read(async (session) => targetHistory(session, description, network, options)),
      );
    };
    expect(await read({ limit: 50, since: 0 })).toEqual([gone, mid, old]);
    expect(await read({ limit: 2, since: 0 })).toEqual([gone, mid]);
    expect(await read({ limit: 50, since: base - 150 })).toEqual([gone]);
  });
});

describe('an operation with several targets', () => {
  test('is seen from each of them, and once for each in the list of all', async () => {
    const site = await Site.create();
    const objects = [
      ['INSTANCE', INSTANCE],
      ['NETWORK', NETWORK],
      ['INTERFACE', INTERFACE],
    ] as const;
    const operation = await insertOperation(site, { type: 'node_inst_net_iface_op', targets: objects });
    const database = site.database();
    const description = await database.describe();
    for (const [typeName, uuid] of objects) {
      const found = await database.read(async (session) =>
        activeTargets(session, description, [{ typeName, uuid }]),
      );
      expect(uuids(found)).toEqual([operation]);
    }
    const together = objects.map(([typeName, uuid]) => ({ typeName, uuid }));
    for (const asked of [together, { typeName: null }]) {
      const found = await database.read(async (session) => activeTargets(session, description, asked));
      expect(found.map(({ objectType }) => objectType)).toEqual(['instance', 'network', 'interface']);
    }
    const interfaces = await database.read(async (session) =>
      activeTargets(session, description, { typeName: 'INTERFACE' }),
    );
    expect(uuids(interfaces)).toEqual([operation]);
    await site.close();
  });
});

test('an operation of a type that only the database knows holds its target', async () => {
  const site = await Site.create({ extraLabels: ['FUTURE_OP'], collation: 'utf8mb4_bin' });
  const operation = await insertOperation(site, { type: 'future_op', state: 'executing' });
  const database = site.database();
  const description = await database.describe();
  const [held] = await database.read(async (session) => activeTargets(session, description, [network]));
  expect(held).toMatchObject({ operationUuid: operation, operationType: 'future_op' });
  await site.close();
});

test('observational targets are told apart, and sequence numbers beyond 2^53 are kept', async () => {
  const site = await Site.create({ observational: true });
  await site.query('ALTER TABLE cluster_operation_targets AUTO_INCREMENT = 9007199254740993');
  const operation = await insertOperation(site);
  await site.query('UPDATE cluster_operation_targets SET observational = 1 WHERE operation_uuid = ?', [
    operation,
  ]);
  const database = site.database();
  const description = await database.describe();
  const [target] = await database.read(async (session) => activeTargets(session, description, [network]));
  expect(target).toMatchObject({ observational: true, sequenceNumber: '9007199254740993' });
  await site.close();
});
