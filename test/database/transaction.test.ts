import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { RefusedError } from '../../src/core/errors.js';
import { insertInto } from '../../src/database/insert.js';
import type { Session } from '../../src/database/session.js';
import { insertOperation } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';

let site: Site;
beforeAll(async () => (site = await Site.create()));
afterAll(async () => site.close());

const setting = (name: string, value: number) => ({
  key_name: name,
  value_json: String(value),
  updated_at: 0,
});
const settings = async (name: string): Promise<string[]> => {
  const rows = await site.query<{ value_json: string }>(
    'SELECT value_json FROM cluster_config WHERE key_name = ?',
    [name],
  );
  return rows.map(({ value_json }) => value_json);
};
const write = async <T>(work: (session: Session) => Promise<T>): Promise<T> =>
  site.database().write({ subject: 'a setting', work, isCommitted: async () => false, inquiry: '' });

test('all of it is written, and its result returned', async () => {
  const name = randomUUID();
  const result = await write(async (session) => {
    await session.db.execute(insertInto('cluster_config', [setting(name, 1)]));
    expect(await settings(name)).toEqual([]);
    return 'done';
  });
  expect(result).toBe('done');
  expect(await settings(name)).toEqual(['1']);
});

test.each([
  ['a refusal of ours', new RefusedError('no'), { exitCode: 9 }],
  ['a bug', new TypeError('oops'), TypeError],
])('%s undoes all of it, is passed on, and is not tried again', async (_, error, expected) => {
  const name = randomUUID();
  let attempts = 0;
  const failing = write(async (session) => {
    attempts += 1;
    await session.db.execute(insertInto('cluster_config', [setting(name, 1)]));
    throw error;
  });
  if (typeof expected === 'function') await expect(failing).rejects.toThrow(expected);
  else await expect(failing).rejects.toMatchObject(expected);
  expect(attempts).toBe(1);
  expect(await settings(name)).toEqual([]);
});

test('two that want the same two rows in opposite orders are both written', async () => {
  const [one, two] = [await insertOperation(site), await insertOperation(site)];
  let attempts = 0;
  let arrived = 0;
  let bothArrived = (): void => undefined;
  const both = new Promise<void>((resolve) => (bothArrived = resolve));
  const touch = async (session: Session, uuid: string): Promise<unknown> =>
    session.change(sql`UPDATE object_states SET update_time = update_time + 1 WHERE object_uuid = ${uuid}`);
  const inOrder = async (first: string, second: string): Promise<void> =>
    write(async (session) => {
      attempts += 1;
      await touch(session, first);
      // Each waits until the other holds its first row, once: that is a deadlock, which the server breaks.
      if ((arrived += 1) === 2) bothArrived();
      await both;
      await touch(session, second);
    });
  await Promise.all([inOrder(one, two), inOrder(two, one)]);
  expect(attempts).toBeGreaterThan(2);
});

test('a key that another took meanwhile sends us back to look', async () => {
  const name = randomUUID();
  let attempts = 0;
  const result = await write(async (session) => {
    const found = await session.rows(sql`SELECT 1 FROM cluster_config WHERE key_name = ${name}`);
    if (found.length > 0) return 'there already';
    attempts += 1;
    await site.query('INSERT INTO cluster_config VALUES (?, 7, 0)', [name]);
    await session.db.execute(insertInto('cluster_config', [setting(name, 1)]));
    return 'written';
  });
  expect([result, attempts]).toEqual(['there already', 1]);
  expect(await settings(name)).toEqual(['7']);
});

test('one INSERT for many rows, in the order of their columns, whatever they hold', async () => {
  const prefix = randomUUID().slice(0, 8);
  const hostile = [`${prefix} '`, `${prefix} \\`, `${prefix} ?`, `${prefix} 😀`, `${prefix} "\n`];
  await write(async (session) =>
    session.db.execute(
      insertInto(
        'cluster_config',
        hostile.map((name, index) => setting(name, index)),
      ),
    ),
  );
  const rows = await site.query<{ key_name: string }>(
    'SELECT key_name FROM cluster_config WHERE key_name LIKE ? ORDER BY value_json',
    [`${prefix}%`],
  );
  expect(rows.map(({ key_name }) => key_name)).toEqual(hostile);
});
