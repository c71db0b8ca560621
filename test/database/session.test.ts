import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import { DEFAULT_LIMITS, deadlineIn } from '../../src/database/limits.js';
import { insertOperation } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';

let site: Site;
beforeAll(async () => (site = await Site.create()));
afterAll(async () => site.close());

/** Waits until the server runs a statement of this connection that has these words. */
async function isRunning(connection: number, words: string): Promise<void> {
  const running = `SELECT COUNT(*) AS count FROM information_schema.processlist WHERE id = ? AND info LIKE ?`;
  for (;;) {
    const [row] = await site.query<{ count: number }>(running, [connection, `%${words}%`]);
    if (row!.count > 0) return;
  }
}

describe('a session', () => {
  test('counts rows that really changed, not those that were found', async () => {
    const operation = await insertOperation(site, { state: 'queued' });
    const session = await site.database().session();
    const set = async (state: string): Promise<number> =>
      session.change(sql`UPDATE object_states SET state_value = ${state} WHERE object_uuid = ${operation}`);
    expect([await set('queued'), await set('executing'), await set('executing')]).toEqual([0, 1, 0]);
  });

  test('traces every statement as it is sent, without its values, and counts it', async () => {
    const traced: string[] = [];
    const database = site.database({ trace: (statement) => traced.push(statement) });
    const session = await database.session();
    const before = session.statements;
    traced.length = 0;
    await session.rows(sql`SELECT ${'secret'} AS value, ${7} AS number`);
    expect(traced).toEqual(['SELECT ? AS value, ? AS number']);
    expect(session.statements - before).toBe(1);
  });

  test('ends a statement that runs too long, and the server is left alone with nothing', async () => {
    const database = site.database({ limits: { ...DEFAULT_LIMITS, statementSeconds: 0.2 } });
    const session = await database.session();
    await expect(database.read(async () => session.rows(sql`SELECT SLEEP(20)`))).rejects.toMatchObject({
      exitCode: 69,
      word: 'statement_timeout',
    });
    const left = 'SELECT * FROM information_schema.processlist WHERE info LIKE "%SLEEP(20)%" AND id = ?';
    expect(await site.query(left, [session.connectionId])).toEqual([]);
  });

  test.each([
    ['one that runs when it passes', 0.8],
    ['one that is sent long after the connection was made', 1.6],
    ['one that has hardly begun', 0.1],
  ])(
    '--timeout on a server that works is a deadline, and ends the statement there: %s',
    async (_, seconds) => {
      const database = site.database({ deadline: deadlineIn(seconds) });
      let connectionId = 0;
      const ask = async (): Promise<unknown> => {
        connectionId = (await database.session()).connectionId;
        if (seconds > 1) await database.read(async (session) => session.rows(sql`SELECT SLEEP(0.8)`));
        return database.read(async (session) => session.rows(sql`SELECT SLEEP(20)`));
      };
      await expect(ask()).rejects.toMatchObject({ exitCode: 4, word: 'deadline' });
      // In so short a time the server need not have noticed.
      if (seconds < 0.5) return;
      const left = 'SELECT * FROM information_schema.processlist WHERE info LIKE "%SLEEP(20)%" AND id = ?';
      expect(await site.query(left, [connectionId])).toEqual([]);
    },
  );

  test('nothing is written when --timeout ends a transaction, and the exit code is that of a deadline', async () => {
    const operation = await insertOperation(site);
    const writing = site.database({ deadline: deadlineIn(0.8) }).write({
      subject: 'a message',
      work: async (session) => {
        await session.change(sql`UPDATE object_states SET message = 'mine' WHERE object_uuid = ${operation}`);
        await session.rows(sql`SELECT SLEEP(20)`);
      },
      isCommitted: async () => false,
      inquiry: '',
    });
    await expect(writing).rejects.toMatchObject({
      exitCode: 4,
      message: expect.stringContaining('Nothing was written: a message is not there.'),
    });
    expect(await site.query('SELECT message FROM object_states WHERE object_uuid = ?', [operation])).toEqual([
      { message: null },
    ]);
  });

  test('gives up a wait for a lock that somebody else holds', async () => {
    const operation = await insertOperation(site);
    const holder = await site.database().session();
    await holder.db.execute(sql`BEGIN`);
    await holder.db.execute(sql`UPDATE object_states SET message = 'mine' WHERE object_uuid = ${operation}`);
    const database = site.database({ limits: { ...DEFAULT_LIMITS, lockWaitSeconds: 1, retrySeconds: 0 } });
    const blocked = database.write({
      subject: 'a message',
      work: async (session) =>
        session.change(sql`UPDATE object_states SET message = 'yours' WHERE object_uuid = ${operation}`),
      isCommitted: async () => false,
      inquiry: '',
    });
    await expect(blocked).rejects.toMatchObject({ exitCode: 7, word: 'conflict' });
    await holder.db.execute(sql`ROLLBACK`);
    expect(await site.query('SELECT message FROM object_states WHERE object_uuid = ?', [operation])).toEqual([
      { message: null },
    ]);
  });

  test.each(['SIGINT', 'SIGTERM'])('is cut short by %s, with the exit code of the signal', async (name) => {
    const controller = new AbortController();
    const database = site.database({ signal: controller.signal });
    const session = await database.session();
    const answer = database
      .read(async () => session.rows(sql`SELECT SLEEP(20)`))
      .catch((error: unknown) => error);
    await isRunning(session.connectionId, 'SLEEP(20)');
    controller.abort(name);
    expect(await answer).toMatchObject({ exitCode: name === 'SIGINT' ? 130 : 143 });
    expect(session.broken).toBe(true);
  });

  test('that the server killed is replaced, and a read goes on', async () => {
    const database = site.database();
    const first = (await database.session()).connectionId;
    await site.query('KILL ?', [first]);
    const [row] = await database.read(async (session) =>
      session.rows<{ id: number }>(sql`SELECT CONNECTION_ID() AS id`),
    );
    expect(row!.id).not.toBe(first);
  });
});
