import { createConnection, type Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FakeCluster } from '../fixtures/fake-cluster.js';
import type { Transition } from '../fixtures/fake-worker.js';
import { insertOperation, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { attemptWait, contradictions, isFalselyGood, type Attempt } from '../fixtures/wait-schedule.js';
import { SeededRandom } from '../torture/random.js';

/** Waits that go on at the same time in one schedule. */
const WAITS = 25;
const SEEDS = Array.from({ length: 12 }, (_, index) => index + 1);

/** Three hundred waits beside workers that claim, defer, fold, fail, crash and lose, and a sweep that deletes at once. */
describe('wait beside workers', () => {
  let site: Site;
  const connect = async (): Promise<Connection> => createConnection({ ...site.settings, jsonStrings: true });

  beforeAll(async () => {
    site = await Site.create();
  });
  afterAll(async () => site.close());

  test.each(SEEDS)('schedule %i', async (seed) => {
    const random = new SeededRandom(seed);
    const journal: Transition[] = [];
    const options = {
      ...{ connect, workers: 3, deferSeconds: 0.02, sweeps: 0.03, reaps: 0.03 },
      ...{ keepSeconds: seed % 3 === 0 ? 0 : 0.3, stuckSeconds: 0.1 },
      habits: { crash: 0.5, lose: 0.5 },
    };
    const clusters = [0, 1].map((index) => new FakeCluster({ ...options, seed: seed * 10 + index }, journal));
    const waits = [];
    for (let index = 0; index < WAITS; index += 1) waits.push(await makeOperations(random));
    const controller = new AbortController();
    const running = clusters.map(async (cluster) => cluster.run(controller.signal, 2));
    const attempts: Attempt[] = await Promise.all(
      waits.map(async (each) => attemptWait({ ...each, journal, database: site.database(), random })),
    );
    controller.abort();
    await Promise.all(running);
    for (const cluster of clusters) await cluster.close();
    expect(attempts.flatMap(contradictions)).toEqual([]);
    expect(attempts.filter(isFalselyGood)).toEqual([]);
  });

  async function makeOperations(random: SeededRandom): Promise<{ uuids: string[]; network: string }> {
    const network = random.uuid();
    const uuids: string[] = [];
    for (let count = 1 + random.below(4); count > 0; count -= 1) {
      const before = uuids.at(-1);
      const depends_on =
        before !== undefined && random.chance(0.2) ? [{ op_type: 'net_op', op_uuid: before }] : null;
      const stored = { network_uuid: network, depends_on };
      const targets = [['NETWORK', network]] as const;
      uuids.push(await insertOperation(site, { uuid: random.uuid(), targets, stored, createdAt: now() - 1 }));
    }
    return { uuids, network };
  }
});
