import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { isDeepStrictEqual } from 'node:util';
import { UnavailableError } from '../../src/core/errors.js';
import { enqueue } from '../../src/operations/enqueue/enqueue.js';
import { DEFAULT_LIMITS, type Limits } from '../../src/database/limits.js';
import { ABSENT, attachment, enqueueOne, footprint, WHOLE } from '../fixtures/enqueueing.js';
import { reach } from '../fixtures/reach.js';
import { schemaStatements } from '../fixtures/schema.js';
import { FaultProxy, type Ending, type Place, type Traffic } from '../servers/fault-proxy.js';
import { createDatabase, sharedServer, type DatabaseSettings, type TestServer } from '../servers/mariadb.js';

let server: TestServer;
let settings: DatabaseSettings;
let byHand: Connection;
let proxy: FaultProxy;
let whole: Traffic;

beforeAll(async () => {
  server = await sharedServer();
  settings = await createDatabase(server, schemaStatements());
  byHand = await createConnection({ ...settings });
  proxy = await FaultProxy.start({ socketPath: server.socketPath });
  // The second is like all that follow: there is an operation of its type already.
  for (let time = 0; time < 2; time += 1) {
    expect(await reportOf(attachment(), () => undefined)).toBe('written');
  }
  whole = { ...proxy.traffic.at(-1)! };
});

afterAll(async () => {
  await proxy.close();
  await byHand.end();
});

type Report = 'written' | 'not written' | 'unknown';

/**
 * Enqueues through the proxy, on a connection that carries nothing else, and says what the operator would be told.
 *
 * @param arm sets the fault up, once the database has been reached and left again
 */
async function reportOf(
  raw: Record<string, unknown>,
  arm: () => void,
  limits: Limits = DEFAULT_LIMITS,
): Promise<Report> {
  const database = reach(settings.database, [proxy], { limits });
  try {
    await database.describe();
    await database.drop();
    arm();
    await enqueueOne(database, raw);
    return 'written';
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return error.word === 'outcome_unknown' ? 'unknown' : 'not written';
  } finally {
    await database.close();
  }
}

function everyPlace(): Place[] {
  const sides = ['before', 'after'] as const;
  return (['request', 'reply'] as const).flatMap((direction) =>
    Array.from({ length: direction === 'request' ? whole.requestPackets : whole.replyPackets }, (_, i) =>
      sides.map((side): Place => ({ direction, packet: i + 1, side })),
    ).flat(),
  );
}

/** Nothing that the server has been sent is still under way. */
async function quiet(): Promise<void> {
  for (;;) {
    const [others] = await byHand.query<RowDataPacket[]>(
      'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
    );
    if (others.length === 0) return;
  }
}

describe.each<Ending>(['close', 'reset'])('a connection that ends with a %s', (ending) => {
  test('once, before or after any packet: the operation is enqueued, once, and said to be', async () => {
    const places = everyPlace();
    expect(places.length).toBeGreaterThan(50);
    for (const place of places) {
      const raw = attachment();
      const report = await reportOf(raw, () => proxy.cutOnce({ ...place, ending }));
      await quiet();
      const found = await footprint(byHand, raw.uuid);
      expect({ place, isCut: proxy.hasCut, report, found }).toEqual({
        place,
        isCut: true,
        report: 'written',
        found: WHOLE,
      });
    }
  }, 120_000);

  test('and the server is gone with it: what is reported is what is found when it is back', async () => {
    const impatient = { ...DEFAULT_LIMITS, retrySeconds: 0.02, settleSeconds: 0.05 };
    const gone = { socketPath: `${server.socketPath}.gone` };
    const reports = new Set<Report>();
    for (const place of everyPlace()) {
      const raw = attachment();
      const cut = (): void => proxy.cutOnce({ ...place, ending }, () => proxy.switchTo(gone));
      const report = await reportOf(raw, cut, impatient);
      proxy.switchTo({ socketPath: server.socketPath });
      await quiet();
      const found = await footprint(byHand, raw.uuid);
      reports.add(report);
      const possible = { written: [WHOLE], 'not written': [ABSENT], unknown: [WHOLE, ABSENT] }[report];
      expect({
        place,
        isCut: proxy.hasCut,
        report,
        found,
        isTrue: possible.some((each) => isDeepStrictEqual(each, found)),
      }).toEqual({
        place,
        isCut: true,
        report,
        found,
        isTrue: true,
      });
    }
    expect([...reports].sort()).toEqual(['not written', 'unknown', 'written']);
  }, 120_000);
});

describe('a batch of 500', () => {
  test.each(['before', 'after'] as const)(
    'whose connection ends %s COMMIT is written once, and said to be',
    async (side) => {
      const database = reach(settings.database, [proxy]);
      const raws = Array.from({ length: 500 }, () => attachment());
      const now = (): number => Date.now() / 1000;
      try {
        proxy.cutOnce({ direction: 'request', statement: 'COMMIT', side });
        const outcomes = await enqueue(database, raws, { force: true, now });
        expect(proxy.hasCut).toBe(true);
        expect(outcomes.map((outcome) => 'rows' in outcome && outcome.operationUuid)).toEqual(
          raws.map(({ uuid }) => uuid),
        );
        await quiet();
        for (const { uuid } of raws) expect(await footprint(byHand, uuid)).toEqual(WHOLE);
      } finally {
        await database.close();
      }
    },
    60_000,
  );
});
