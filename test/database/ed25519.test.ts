import { createPublicKey, verify } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { Database } from '../../src/database/database.js';
import { connectionSettings, sessionOptions } from '../fixtures/site.js';
import { connectAsAdministrator, createDatabase, startTestServer } from '../servers/mariadb.js';
import { publicKeyOf, signChallenge } from '../../src/database/ed25519.js';

test('the key is that of ED25519_PASSWORD() in MariaDB', () => {
  // From MariaDB's own documentation.
  expect(Buffer.from(publicKeyOf('secret')).toString('base64')).toBe(
    'ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY=',
  );
});

test('a signature is one that everybody can verify with that key', () => {
  fc.assert(
    fc.property(fc.string(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (password, challenge) => {
      const x = Buffer.from(publicKeyOf(password)).toString('base64url');
      const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
      expect(verify(null, challenge, key, signChallenge(password, challenge))).toBe(true);
    }),
    { numRuns: 20 },
  );
});

const PLUGIN = '/usr/lib/mysql/plugin/auth_ed25519.so';

/** In Debian's `mariadb-server`, which need not be installed: the private server comes from `mariadb-server-core`. */
(existsSync(PLUGIN) ? test : test.skip)(
  'a real server lets us in, and not with another password (needs mariadb-server)',
  async () => {
    const server = await startTestServer({
      extraArguments: [`--plugin-dir=${dirname(PLUGIN)}`, '--plugin-load-add=auth_ed25519'],
    });
    const settings = await createDatabase(server, []);
    const administrator = await connectAsAdministrator(server);
    await administrator.query("CREATE USER ed@localhost IDENTIFIED VIA ed25519 USING PASSWORD('pässword')");
    await administrator.query(`GRANT ALL ON ${settings.database}.* TO ed@localhost`);
    await administrator.end();
    const ask = async (password: string): Promise<unknown> => {
      const database = new Database(
        { ...connectionSettings(settings), user: 'ed', password },
        sessionOptions(),
      );
      const answer = database.read(async (session) => session.rows(sql`SELECT 1 AS one`));
      return answer.finally(() => void database.close());
    };
    expect(await ask('pässword')).toEqual([{ one: 1 }]);
    await expect(ask('wrong')).rejects.toMatchObject({ exitCode: 69, word: 'access_denied' });
    await server.stop();
  },
);
