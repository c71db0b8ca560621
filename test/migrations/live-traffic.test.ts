import { afterEach, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type Connection } from 'mysql2/promise';
import { compositeTargetUniqueness } from '../../src/migrations/composite-target-uniqueness/migration.js';
import { dropLastClusterOperation as drop } from '../../src/migrations/drop-last-cluster-operation/migration.js';
import { COLUMN, Person, apply, insertValues, restore } from '../fixtures/migrating.js';
import { Site } from '../fixtures/site.js';

/** How long somebody keeps the table busy: whoever queued behind a waiting ALTER would wait as long. */
const BUSY_MS = 3_000;
/** What any other statement may take meanwhile. */
const BOUND_MS = BUSY_MS / 2;

/** Between two rounds of a client; without it no moment would be quiet, for anybody's schema change. */
const THINKING_MS = 10;

let site: Site;
let clients: Connection[] = [];
afterEach(async () => {
  await Promise.all(clients.map((client) => client.end()));
  clients = [];
  await site.close();
});

async function connect(): Promise<Connection> {
  const client = await createConnection(site.settings);
  clients.push(client);
  return client;
}

/** Busy clients; gives the longest that one of their statements took, or the error that one of them got. */
class Traffic {
  #ended = false;
  #slowest = 0;
  #failure: unknown = null;
  statements = 0;
  readonly #clients: Promise<void>[] = [];

  async add(...statements: string[]): Promise<void> {
    const client = await connect();
    this.#clients.push(
      (async () => {
        while (!this.#ended) {
          for (const statement of statements) {
            const start = performance.now();
            await client.query(statement);
            this.#slowest = Math.max(this.#slowest, performance.now() - start);
            this.statements += 1;
          }
          await sleep(THINKING_MS);
        }
      })().catch((error: unknown) => {
        this.#failure ??= error;
      }),
    );
  }

  async end(): Promise<number> {
    this.#ended = true;
    await Promise.all(this.#clients);
    expect(this.#failure).toBeNull();
    return this.#slowest;
  }
}

/** A reader that keeps its transaction open, and with it the table. */
async function keepBusy(table: string): Promise<void> {
  const reader = await connect();
  await reader.query('START TRANSACTION');
  await reader.query(`SELECT COUNT(*) FROM ${table}`);
  await sleep(BUSY_MS);
  await reader.query('COMMIT');
}

async function metadataTraffic(): Promise<Traffic> {
  const traffic = new Traffic();
  for (let client = 0; client < 3; client += 1) {
    await traffic.add('SELECT * FROM object_metadata', 'SELECT metadata_json FROM object_metadata');
    await traffic.add(
      'START TRANSACTION',
      `INSERT INTO object_metadata (object_uuid, object_type, metadata_json) VALUES ('w${client}', 'NODE', '{}')`,
      `UPDATE object_metadata SET metadata_json = '{"a": 1}' WHERE object_type = 'NODE' AND object_uuid = 'w${client}'`,
      `DELETE FROM object_metadata WHERE object_type = 'NODE' AND object_uuid = 'w${client}'`,
      'COMMIT',
    );
  }
  return traffic;
}

describe('readers and writers on a standalone server neither fail nor wait', () => {
  test('while the column is hidden, those that name it included', async () => {
    site = await Site.create({ version: 'baseline' });
    await insertValues(site, ['a']);
    const traffic = await metadataTraffic();
    await traffic.add(
      `SELECT ${COLUMN} FROM object_metadata`,
      `UPDATE object_metadata SET ${COLUMN} = 'b' WHERE object_type = 'NETWORK'`,
    );
    const busy = keepBusy('object_metadata');
    const person = new Person();
    expect(await apply(site, drop, { phase: 'hide', person, maxWaitSeconds: 60 })).toMatchObject({
      outcome: 'hidden',
    });
    await busy;
    expect(await traffic.end()).toBeLessThan(BOUND_MS);
    expect(traffic.statements).toBeGreaterThan(100);
  }, 90_000);

  test('while it is dropped and put back', async () => {
    site = await Site.create({ version: 'baseline' });
    await insertValues(site, [null]);
    const traffic = await metadataTraffic();
    const busy = keepBusy('object_metadata');
    expect(await apply(site, drop, { maxWaitSeconds: 60 })).toMatchObject({ outcome: 'applied' });
    await busy;
    const busyAgain = keepBusy('object_metadata');
    expect(await restore(site, null, { maxWaitSeconds: 60 })).toMatchObject({ outcome: 'restored' });
    await busyAgain;
    expect(await traffic.end()).toBeLessThan(BOUND_MS);
  }, 120_000);

  test('while the keys of the targets are changed', async () => {
    site = await Site.create({ version: 'baseline' });
    const traffic = new Traffic();
    // New rows only: writers that delete next to each other deadlock by themselves.
    const insert = `INSERT INTO cluster_operation_targets
      (operation_uuid, operation_type, target_object_type, target_uuid, created_at) VALUES (UUID(), 'net_op', 'NETWORK', 'n', 1)`;
    for (let client = 0; client < 3; client += 1) {
      await traffic.add("SELECT COUNT(*) FROM cluster_operation_targets WHERE target_uuid = 'n'");
      await traffic.add('START TRANSACTION', insert, insert, 'COMMIT');
    }
    const busy = keepBusy('cluster_operation_targets');
    expect(await apply(site, compositeTargetUniqueness, { maxWaitSeconds: 60 })).toMatchObject({
      outcome: 'applied',
    });
    await busy;
    expect(await traffic.end()).toBeLessThan(BOUND_MS);
  }, 120_000);
});
