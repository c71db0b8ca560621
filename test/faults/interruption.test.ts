import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { built, jsonOf, runCli, startCli, temporaryFile, type Outcome } from '../cli/run.js';
import { ABSENT, attachment, footprint, WHOLE } from '../fixtures/enqueueing.js';
import { schemaStatements } from '../fixtures/schema.js';
import { FaultProxy } from '../servers/fault-proxy.js';
import { createDatabase, sharedServer, type DatabaseSettings, type TestServer } from '../servers/mariadb.js';

const NETWORK = randomUUID();
const WHOLE_WITH_ONE_TARGET = { ...WHOLE, targets: 1 };

/** Many programs are started, on a machine that may be busy. */
const TIMEOUT_MS = 120_000;

let server: TestServer;
let settings: DatabaseSettings;
let byHand: Connection;
let proxy: FaultProxy;

beforeAll(async () => {
  await built();
  server = await sharedServer();
  settings = await createDatabase(server, schemaStatements());
  byHand = await createConnection({ ...settings });
}, TIMEOUT_MS);

beforeEach(async () => {
  proxy = await FaultProxy.start({ socketPath: server.socketPath });
});

afterEach(async () => proxy.close());

afterAll(async () => byHand.end());

const flags = (): string[] => [
  '--host',
  `127.0.0.1:${proxy.port}`,
  '--user',
  settings.user,
  '--database',
  settings.database,
  '--json',
];

const enqueue = (uuid: string): string[] => [
  ...flags(),
  ...['enqueue', 'net_op', '--network-uuid', NETWORK, '--task', 'network_deploy', '--force', '--uuid', uuid],
];

interface Ended extends Outcome {
  signal: NodeJS.Signals | null;
}

async function endOf(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { stdout, stderr, exitCode, signal };
}

/** Sends a signal when the program has sent a certain request and not got its answer. */
async function signalledAt(packet: number, name: NodeJS.Signals, words: readonly string[]): Promise<Ended> {
  const child = await startCli(words);
  proxy.watchOnce({ direction: 'request', packet, side: 'before' }, () => {
    proxy.freeze();
    child.kill(name);
    // Long enough for the signal to be seen before the answer.
    setTimeout(() => proxy.thaw(), 60);
  });
  return endOf(child);
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

/** How many requests a command needs. The last one is the goodbye, when all is said and done. */
async function requestsOf(words: readonly string[]): Promise<number> {
  const before = proxy.traffic.length;
  expect(await runCli(words)).toMatchObject({ exitCode: 0 });
  return proxy.traffic[before]!.requestPackets;
}

describe.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s', (name, exitCode) => {
  test(
    'at any point of an enqueue leaves all or nothing, and says which',
    async () => {
      const seen = new Set<string>();
      const count = await requestsOf(enqueue(randomUUID()));
      for (let packet = 1; packet < count; packet += 1) {
        const uuid = randomUUID();
        const ended = await signalledAt(packet, name, enqueue(uuid));
        await quiet();
        const found = await footprint(byHand, uuid);
        const { created, error } = jsonOf<{ created?: boolean; error?: { message: string } }>(ended);
        const said =
          created === true
            ? 'created'
            : error!.message.includes('Nothing was written')
              ? 'nothing'
              : error!.message;
        seen.add(said);
        expect({ packet, exitCode: ended.exitCode, said, found }).toEqual({
          packet,
          exitCode,
          said,
          found: said === 'created' ? WHOLE_WITH_ONE_TARGET : ABSENT,
        });
      }
      expect([...seen].sort()).toEqual(['created', 'nothing']);
    },
    TIMEOUT_MS,
  );
});

test('a second signal ends it at once, whatever the database does', async () => {
  const uuid = randomUUID();
  const child = await startCli(enqueue(uuid));
  const ending = endOf(child);
  await new Promise<void>((resolve) => {
    proxy.watchOnce({ direction: 'request', statement: 'COMMIT', side: 'before' }, () => {
      proxy.freeze();
      resolve();
    });
  });
  child.kill('SIGINT');
  // The first one waits for COMMIT, which does not come back.
  expect(
    await Promise.race([ending, new Promise((resolve) => setTimeout(resolve, 300, 'still there'))]),
  ).toBe('still there');
  child.kill('SIGINT');
  expect(await ending).toMatchObject({ exitCode: 130, signal: null });
  proxy.thaw();
});

test('a signal while it connects, or reads its input, ends it as well', async () => {
  proxy.freeze();
  const connecting = await startCli(enqueue(randomUUID()));
  const connected = endOf(connecting);
  while (proxy.traffic.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  connecting.kill('SIGINT');
  expect(await connected).toMatchObject({ exitCode: 130 });
  proxy.thaw();

  const reading = await startCli([...flags(), 'enqueue', '--file', '-']);
  const read = endOf(reading);
  while (proxy.traffic.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  reading.kill('SIGTERM');
  expect(await read).toMatchObject({ exitCode: 143 });
});

test(
  'killed with -9 at any point: all or nothing, and the next run works',
  async () => {
    const count = await requestsOf(enqueue(randomUUID()));
    for (let packet = 1; packet <= count; packet += 1) {
      const uuid = randomUUID();
      expect(await signalledAt(packet, 'SIGKILL', enqueue(uuid))).toMatchObject({ signal: 'SIGKILL' });
      await quiet();
      const found = await footprint(byHand, uuid);
      expect([WHOLE_WITH_ONE_TARGET, ABSENT]).toContainEqual(found);
      expect(await runCli(enqueue(uuid))).toMatchObject({ exitCode: 0 });
      expect(await footprint(byHand, uuid)).toEqual(WHOLE_WITH_ONE_TARGET);
    }
  },
  TIMEOUT_MS,
);

test('a reader that has had enough ends it quietly', async () => {
  const child = await startCli([...flags(), 'pending', '--all']);
  child.stdout!.destroy();
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [exitCode, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect({ exitCode, signal, stderr }).toEqual({ exitCode: 0, signal: null, stderr: '' });
});

test(
  'of a file that is half done, what was enqueued is listed, and nothing else was',
  async () => {
    const lines = Array.from({ length: 1200 }, () => ({ ...attachment(), uuid: randomUUID() }));
    const file = await temporaryFile('operations', lines.map((line) => JSON.stringify(line)).join('\n'));
    const child = await startCli([...flags(), 'enqueue', '--file', file, '--force']);
    const ending = endOf(child);
    await new Promise<void>((resolve) => {
      proxy.watchOnce({ direction: 'request', statement: 'COMMIT', side: 'before' }, resolve);
    });
    child.kill('SIGINT');
    const ended = await ending;
    const listed = jsonOf<{
      created: number;
      failed: number;
      operations: { operation_uuid?: string; error?: { code: string } }[];
    }>(ended);
    expect(ended.exitCode).toBe(130);
    expect(listed.created).toBeGreaterThanOrEqual(500);
    expect(listed.created).toBeLessThan(1200);
    const created = listed.operations.flatMap(({ operation_uuid: uuid }) => uuid ?? []);
    const rest = listed.operations.flatMap(({ error }) => error?.code ?? []);
    expect(new Set(rest)).toEqual(new Set(['interrupted']));
    expect(created).toEqual(lines.slice(0, listed.created).map(({ uuid }) => uuid));
    await quiet();
    for (const [index, { uuid }] of lines.entries()) {
      expect(await footprint(byHand, uuid)).toEqual(index < listed.created ? WHOLE : ABSENT);
    }
  },
  TIMEOUT_MS,
);
