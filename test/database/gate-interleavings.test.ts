import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createConnection, type Connection } from 'mysql2/promise';
import { readGateEvidence } from '../../src/gate/evidence.js';
import { hex, insertNetwork, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';

const NETWORKS = [randomUUID(), randomUUID(), randomUUID()];
const WRITERS = 4;
const LOOKS = 60;
const TYPES = ['net_op', 'node_net_op', 'node_inst_net_iface_op', 'future_op'];

let site: Site;

beforeAll(async () => {
  site = await Site.create({ extraLabels: ['FUTURE_OP'] });
  for (const [index, uuid] of NETWORKS.entries()) await insertNetwork(site, uuid, `net-${index}`);
});
afterAll(async () => site.close());

/** An operation as its writer knows it. */
interface Known {
  uuid: string;
  type: string;
  networks: string[];
  /** The enqueue was acknowledged. */
  isAcknowledged: boolean;
  /** A statement that ends it has been sent; whether it is pending is the server's business from here on. */
  isEnding: boolean;
  /** That statement was acknowledged. */
  hasEnded: boolean;
}

/** Reproducible: the seed is in the test's name. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

async function enqueue(connection: Connection, operation: Known): Promise<void> {
  const { uuid, type, networks } = operation;
  const at = now();
  await connection.beginTransaction();
  await connection.query(
    'INSERT INTO cluster_operations (uuid, operation_type, created_at, priority, metadata_json) VALUES (?, ?, ?, ?, ?)',
    [hex(uuid), type, at, 'user_facing', JSON.stringify({ uuid, tasks: [] })],
  );
  await connection.query(
    "INSERT INTO object_states (object_type, object_uuid, state_value, update_time) VALUES (?, ?, 'queued', ?)",
    [type.toUpperCase(), uuid, at],
  );
  for (const network of networks) {
    await connection.query(
      `INSERT INTO cluster_operation_targets (operation_uuid, operation_type, target_object_type, target_uuid, created_at)
       VALUES (?, ?, 'NETWORK', ?, ?)`,
      [uuid, type, network, at],
    );
  }
  await connection.commit();
  operation.isAcknowledged = true;
}

async function setState(connection: Connection, { uuid, type }: Known, state: string): Promise<void> {
  await connection.query(
    `INSERT INTO object_states (object_type, object_uuid, state_value, update_time) VALUES (?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE state_value = VALUES(state_value), update_time = VALUES(update_time)`,
    [type.toUpperCase(), uuid, state, now()],
  );
}

async function hardDelete(connection: Connection, { uuid }: Known): Promise<void> {
  await connection.beginTransaction();
  await connection.query('DELETE FROM cluster_operation_targets WHERE operation_uuid = ?', [uuid]);
  await connection.query('DELETE FROM cluster_operations WHERE uuid = ?', [hex(uuid)]);
  await connection.query('DELETE FROM object_states WHERE object_uuid = ?', [uuid]);
  await connection.commit();
}

/** One worker's life: it enqueues, moves its own operations between states, ends them, and sweeps them away. */
async function write(random: (below: number) => number, all: Known[], isOver: () => boolean): Promise<void> {
  const connection = await createConnection(site.settings);
  const own: Known[] = [];
  const end = async (operation: Known, work: () => Promise<void>): Promise<void> => {
    operation.isEnding = true;
    await work();
    operation.hasEnded = true;
  };
  while (!isOver()) {
    const living = own.filter(({ isEnding }) => !isEnding);
    const operation = living[random(Math.max(1, living.length))];
    const choice = operation === undefined ? 0 : random(7);
    if (choice <= 1) {
      const first = random(NETWORKS.length);
      const networks = [NETWORKS[first]!, NETWORKS[(first + 1) % NETWORKS.length]!].slice(random(2));
      const made = { uuid: randomUUID(), type: TYPES[random(TYPES.length)]!, networks };
      const known: Known = { ...made, isAcknowledged: false, isEnding: false, hasEnded: false };
      own.push(known);
      all.push(known);
      await enqueue(connection, known);
    } else if (choice <= 3) {
      await setState(connection, operation!, ['preflight', 'executing', 'queued'][random(3)]!);
    } else if (choice <= 5) {
      const state = ['complete', 'abort', 'error', 'deleted'][random(4)]!;
      await end(operation!, async () => setState(connection, operation!, state));
    } else {
      await end(operation!, async () => hardDelete(connection, operation!));
    }
  }
  await connection.end();
}

test.each([1, 20, 300])(
  'the gate sees every acknowledged operation, and none that has ended (seed %d)',
  async (seed) => {
    const all: Known[] = [];
    let isOver = false;
    const writers = Array.from({ length: WRITERS }, async (_, index) =>
      write(generator(seed + index), all, () => isOver),
    );

    const database = site.database();
    const description = await database.describe();
    const ended = (): number => all.filter(({ hasEnded }) => hasEnded).length;
    // However slow the machine is, there has to be a history to look at.
    for (let look = 0; look < LOOKS || ended() < LOOKS; look += 1) {
      const mustBeSeen = all.filter(({ isAcknowledged, isEnding }) => isAcknowledged && !isEnding);
      const mustNotBeSeen = all.filter(({ hasEnded }) => hasEnded);
      // By name and all at once take different ways through the database.
      const choice = look % 2 === 0 ? { uuids: NETWORKS } : { namespace: null };
      const evidence = await database.snapshot(async (session) =>
        readGateEvidence(session, description, choice, now()),
      );
      for (const { network, pending } of evidence) {
        const seen = new Set(pending.map(({ record }) => record.uuid));
        const holds = ({ networks, isEnding }: Known): boolean =>
          networks.includes(network.uuid) && !isEnding;
        expect(mustBeSeen.filter((operation) => holds(operation) && !seen.has(operation.uuid))).toEqual([]);
        expect(mustNotBeSeen.filter(({ uuid }) => seen.has(uuid))).toEqual([]);
      }
    }
    isOver = true;
    await Promise.all(writers);
  },
  60_000,
);
