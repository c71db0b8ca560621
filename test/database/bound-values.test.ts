import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { Database } from '../../src/database/database.js';
import { insertInto } from '../../src/database/insert.js';
import { withLiterals } from '../../src/database/literals.js';
import { resolveObjects } from '../../src/database/queries/references.js';
import * as schema from '../../src/database/schema.js';
import { insertNetwork } from '../fixtures/rows.js';
import { connectionSettings, sessionOptions, Site } from '../fixtures/site.js';
import { startTestServer, type TestServer } from '../servers/mariadb.js';

const SECRET = 'tenant-secret-4711';

describe('a statement with its values', () => {
  test('holds text as it is where that is harmless, and its bytes where not', () => {
    const text = withLiterals('? ? ? ?', ['plain', "it's", 'ä', '']);
    expect(text).toBe("'plain' _utf8mb4 X'69742773' _utf8mb4 X'c3a4' ''");
    expect(withLiterals('?, ?, ?, ?, ?', [1.5, 12n, true, null, Buffer.from([255])])).toBe(
      "1.5, 12, 1, NULL, X'ff'",
    );
  });

  test.each([[[NaN]], [[undefined]], [[{}]], [[1, 2]]])('refuses %j', (values) => {
    expect(() => withLiterals('?', values)).toThrow();
  });

  test('never holds a quote or a backslash of a value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(withLiterals('?', [value])).toMatch(/^('[^'\\]*'|_utf8mb4 X'[0-9a-f]*')$/);
      }),
    );
  });
});

describe('an error does not hold the values of its statement', () => {
  let site: Site;
  beforeAll(async () => (site = await Site.create()));
  afterAll(async () => site.close());

  /** All that any output could be made of. */
  function everythingIn(error: unknown): string {
    const parts: unknown[] = [];
    for (let current = error; current instanceof Error; current = current.cause)
      parts.push(current.message, current.stack, { ...current });
    return JSON.stringify(parts);
  }

  test.each<[string, (database: Database) => Promise<unknown>]>([
    [
      'syntax that is wrong',
      async (database) => database.read(async (s) => s.rows(sql`SELECT ${SECRET} FRM ${SECRET}`)),
    ],
    [
      'a value that does not fit',
      async (database) =>
        database.read(async (s) => s.rows(sql`SELECT CAST(${SECRET} AS DOUBLE) + 1, nowhere`)),
    ],
    [
      'a key that exists',
      async (database) =>
        database.write({
          subject: 'a setting',
          work: async (session) => {
            const row = { key_name: SECRET, value_json: '1', updated_at: 0 };
            await session.db.execute(insertInto('cluster_config', [row, row]));
          },
          isCommitted: async () => false,
          inquiry: '',
        }),
    ],
    [
      'a number that is none',
      async (database) =>
        database.write({
          subject: 'a setting',
          work: async (session) =>
            session.db.execute(sql`INSERT INTO cluster_config VALUES ('k', '1', ${SECRET})`),
          isCommitted: async () => false,
          inquiry: '',
        }),
    ],
    [
      'a statement of the builder',
      async (database) =>
        database.read(async ({ db }) =>
          db
            .select()
            .from(schema.networks)
            .where(sql`name = ${SECRET} AND nowhere = ${SECRET}`),
        ),
    ],
  ])('%s', async (_, run) => {
    const error: unknown = await run(site.database()).catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(Error);
    expect(everythingIn(error)).not.toContain(SECRET);
    expect(everythingIn(error)).not.toContain(Buffer.from(SECRET).toString('hex'));
  });
});

describe.each(['gbk', 'sjis', 'latin1'])('a server that insists on %s', (charset) => {
  let server: TestServer;
  let site: Site;
  beforeAll(async () => {
    server = await startTestServer({
      extraArguments: ['--skip-character-set-client-handshake', `--character-set-server=${charset}`],
    });
    site = await Site.create({}, server);
  });
  afterAll(async () => {
    await site.close();
    await server.stop();
  });

  test('gets text as it is, and no SQL in it', async () => {
    const database = new Database(connectionSettings(site.settings), sessionOptions());
    const hostile = ["縗' or 1=1 -- ", "\u00bf' OR 1=1 -- ", 'Ωß😀', String.raw`\'`];
    for (const text of hostile) {
      const [row] = await database.read(async (session) =>
        session.rows<{ same: string; length: number }>(
          sql`SELECT ${text} AS same, CHAR_LENGTH(${text}) AS length`,
        ),
      );
      expect(row).toEqual({ same: text, length: [...text].length });
    }
    await database.close();
  });

  test('finds what has such a name', async () => {
    const name = 'größe-縗';
    const uuid = randomUUID();
    await site.query('SET NAMES utf8mb4');
    await insertNetwork(site, uuid, name);
    const database = site.database();
    const description = await database.describe();
    expect(
      await database.read(async (session) => resolveObjects(session, description, 'NETWORK', [name])),
    ).toEqual([{ typeName: 'NETWORK', uuid }]);
    await expect(
      database.read(async (session) => resolveObjects(session, description, 'NETWORK', ["縗' or 1=1 -- "])),
    ).rejects.toMatchObject({ exitCode: 6 });
  });
});
