import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createConnection, type Connection } from 'mysql2/promise';
import { DEFAULT_LIMITS, type Limits } from '../../src/database/limits.js';
import { built, jsonOf, runCli, type Outcome } from '../cli/run.js';
import { ABSENT, attachment, enqueueOne, footprint, WHOLE } from '../fixtures/enqueueing.js';
import { reach } from '../fixtures/reach.js';
import { schemaStatements } from '../fixtures/schema.js';
import { FaultProxy } from '../servers/fault-proxy.js';
import { freePorts } from '../servers/ports.js';
import {
  createDatabase,
  startTestServer,
  type DatabaseSettings,
  type TestServer,
} from '../servers/mariadb.js';

const TIMEOUT_SECONDS = 1.5;
/** What starting the program, and saying goodbye, may add. */
const OVERHEAD_SECONDS = 3;

/** Many programs are started, on a machine that may be busy. */
const TIMEOUT_MS = 120_000;

let server: TestServer;
let settings: DatabaseSettings;
let byHand: Connection;
let proxy: FaultProxy;

beforeAll(async () => {
  await built();
  const [tcpPort] = await freePorts(1);
  server = await startTestServer({ tcpPort: tcpPort! });
  settings = await createDatabase(server, schemaStatements());
  byHand = await createConnection({ ...settings });
}, TIMEOUT_MS);

beforeEach(async () => {
  proxy = await FaultProxy.start({ socketPath: server.socketPath });
});

afterEach(async () => proxy.close());

afterAll(async () => {
  await byHand.end();
  await server.stop();
});

async function run(port: number, ...words: string[]): Promise<Outcome & { seconds: number }> {
  const start = performance.now();
  const flags = [
    '--host',
    `127.0.0.1:${port}`,
    '--user',
    settings.user,
    '--database',
    settings.database,
    '--json',
  ];
  const outcome = await runCli([...flags, ...words]);
  return { ...outcome, seconds: (performance.now() - start) / 1000 };
}

const wordOf = (outcome: Outcome): string => jsonOf<{ error: { code: string } }>(outcome).error.code;

test('a stopped server is given up within --timeout', async () => {
  process.kill(server.pid, 'SIGSTOP');
  try {
    const outcome = await run(
      server.tcpPort!,
      '--timeout',
      String(TIMEOUT_SECONDS),
      'pending',
      'network',
      randomUUID(),
    );
    expect(outcome).toMatchObject({ exitCode: 69 });
    expect(outcome.seconds).toBeLessThan(TIMEOUT_SECONDS + OVERHEAD_SECONDS);
  } finally {
    process.kill(server.pid, 'SIGCONT');
  }
});

/** The requests of the one connection that a command needs when nothing is wrong. */
async function requestsOf(...words: string[]): Promise<number> {
  expect(await run(proxy.port, ...words)).toMatchObject({ exitCode: 0 });
  return proxy.traffic[0]!.requestPackets;
}

/** From the nth request on nothing comes through, on any connection. */
function silentFrom(packet: number, side: 'before' | 'after'): void {
  proxy.cutOnce({ direction: 'request', packet, side, ending: 'silence' }, () => proxy.freeze());
}

test(
  'silence at any point of a question ends in "cannot tell" within --timeout',
  async () => {
    const question = ['pending', 'network', randomUUID()];
    const requests = await requestsOf(...question);
    // The last one is the goodbye, after the answer.
    for (let packet = 1; packet < requests; packet += 1) {
      silentFrom(packet, 'before');
      const outcome = await run(proxy.port, '--timeout', String(TIMEOUT_SECONDS), ...question);
      expect({ packet, exitCode: outcome.exitCode, word: wordOf(outcome) }).toEqual({
        packet,
        exitCode: 69,
        word: expect.stringMatching(/^(unreachable|causal_timeout)$/),
      });
      expect(outcome.seconds).toBeLessThan(TIMEOUT_SECONDS + OVERHEAD_SECONDS);
      proxy.thaw();
    }
  },
  TIMEOUT_MS,
);

test.each(['before', 'after'] as const)(
  'silence %s COMMIT is an unknown outcome, with the command that tells',
  async (side) => {
    const { uuid, network_uuid: network } = attachment();
    const enqueue = [
      'enqueue',
      'net_op',
      '--network-uuid',
      String(network),
      '--task',
      'network_deploy',
      '--force',
      '--uuid',
      uuid,
    ];
    proxy.cutOnce({ direction: 'request', statement: 'COMMIT', side, ending: 'silence' }, () =>
      proxy.freeze(),
    );
    const outcome = await run(proxy.port, '--timeout', String(TIMEOUT_SECONDS), ...enqueue);
    expect(outcome.seconds).toBeLessThan(TIMEOUT_SECONDS + OVERHEAD_SECONDS);
    const { error } = jsonOf<{ error: { code: string; message: string; hint: string } }>(outcome);
    expect(error).toMatchObject({ code: 'outcome_unknown', exit_code: 69 });
    expect(error.message).toContain(uuid);
    const command = /(sf-ops enqueue .*)$/.exec(error.hint)?.[1];
    proxy.thaw();
    proxy.resetAll();
    // That command, as it stands, and as often as one likes.
    for (const created of [side === 'before', false]) {
      const told = await run(proxy.port, ...command!.split(' ').slice(1), '--force');
      expect(jsonOf(told)).toMatchObject({ operation_uuid: uuid, created });
    }
    expect(await footprint(byHand, uuid)).toEqual({ ...WHOLE, targets: 1 });
  },
);

describe('without --timeout the limits of each kind hold', () => {
  const limits: Limits = {
    ...DEFAULT_LIMITS,
    connectSeconds: 0.2,
    statementSeconds: 0.1,
    lockWaitSeconds: 0.1,
    causalSeconds: 0.3,
    retrySeconds: 0.3,
    commitSeconds: 0.3,
    settleSeconds: 0.6,
  };

  async function secondsUntilGivenUp(work: () => Promise<unknown>): Promise<number> {
    const start = performance.now();
    await expect(work()).rejects.toMatchObject({ exitCode: 69 });
    return (performance.now() - start) / 1000;
  }

  test('for connecting', async () => {
    proxy.freeze();
    const database = reach(settings.database, [proxy], { limits });
    expect(await secondsUntilGivenUp(async () => database.describe())).toBeLessThan(
      limits.connectSeconds + 1,
    );
  });

  test('for a statement', async () => {
    const database = reach(settings.database, [proxy], { limits });
    await database.session();
    proxy.freeze();
    // One second is the grace in which the server may speak first; then one more try, at connecting.
    expect(await secondsUntilGivenUp(async () => database.describe())).toBeLessThan(1 + 0.1 + 2 * 0.3 + 1);
  });

  test('for COMMIT, and what it takes to settle it', async () => {
    const database = reach(settings.database, [proxy], {
      limits: { ...limits, statementSeconds: DEFAULT_LIMITS.statementSeconds },
    });
    await database.describe();
    const raw = attachment();
    proxy.cutOnce({ direction: 'request', statement: 'COMMIT', side: 'before', ending: 'silence' }, () =>
      proxy.freeze(),
    );
    expect(await secondsUntilGivenUp(async () => enqueueOne(database, raw))).toBeLessThan(
      limits.settleSeconds + 1,
    );
    proxy.resetAll();
    expect(await footprint(byHand, raw.uuid)).toEqual(ABSENT);
  });
});
