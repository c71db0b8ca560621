import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import type { ConnectionSettings, TlsSettings } from '../../src/configuration/connection-settings.js';
import { Database } from '../../src/database/database.js';
import { DEFAULT_LIMITS, deadlineIn } from '../../src/database/limits.js';
import { Site, connectionSettings, sessionOptions } from '../fixtures/site.js';
import { EOF_PACKET, FakeServer, OK, type FakeClient } from '../servers/fake-server.js';
import { runFolder } from '../servers/run-folder.js';
import { startTurnstile } from '../servers/turnstile.js';

const PASSWORD = 'open-sesame-4711';
let site: Site;
let folder: string;

beforeAll(async () => {
  site = await Site.create();
  folder = await mkdtemp(join(runFolder(), 'impostor-'));
});
afterAll(async () => site.close());

function settings(change: Partial<ConnectionSettings>): ConnectionSettings {
  return { ...connectionSettings(site.settings), password: PASSWORD, ...change };
}
const at = (port: number, host = '127.0.0.1') => ({ addresses: [{ host, port }] });

/** How the attempt to ask ended. */
async function failure(change: Partial<ConnectionSettings>, limits = DEFAULT_LIMITS): Promise<unknown> {
  const database = new Database(settings(change), { ...sessionOptions(), limits, deadline: deadlineIn(20) });
  try {
    return await database.read(async (session) => session.rows(sql`SELECT 1`));
  } catch (error) {
    return error;
  } finally {
    await database.close();
  }
}

describe('the password does not reach an impostor', () => {
  test.each(['caching_sha2_password', 'sha256_password', 'mysql_clear_password'])(
    'that asks for it by %s over plain TCP',
    async (plugin) => {
      const server = await FakeServer.start(async (client) => {
        client.greet();
        await client.receive();
        client.switchTo(plugin, '12345678901234567890\0');
        // The full form of caching_sha2_password: the client is to ask for a key, and to send the password under it.
        if ((await client.receive()) === null) return;
        client.send(Buffer.from([1, 4]));
        await client.receive();
      });
      const error = await failure(at(server.port));
      expect(error).toMatchObject({ exitCode: 69, word: 'unsafe_authentication' });
      // A greeting's answer, and nothing after it.
      expect(server.clients).toHaveLength(1);
      expect(server.heard.includes(PASSWORD)).toBe(false);
      expect(String(error)).not.toContain(PASSWORD);
      await server.close();
    },
  );

  test.each(['caching_sha2_password', 'sha256_password', 'mysql_clear_password'])(
    'that offers %s from the beginning',
    async (plugin) => {
      const server = await FakeServer.start(async (client) => {
        client.greet({ plugin });
        await client.receive();
        client.send(Buffer.from([1, 4]));
        await client.receive();
      });
      expect(await failure(at(server.port))).toMatchObject({ exitCode: 69 });
      expect(server.heard.includes(PASSWORD)).toBe(false);
      await server.close();
    },
  );

  describe('over TLS', () => {
    let pem: { key: string; cert: string };
    beforeAll(async () => {
      const file = (name: string): string => join(folder, name);
      execFileSync('openssl', [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '2'],
        ...['-subj', '/CN=other.example.com', '-addext', 'subjectAltName=DNS:other.example.com,DNS:localhost'],
        ...['-keyout', file('key.pem'), '-out', file('cert.pem')],
      ], { stdio: 'ignore' }); // prettier-ignore
      pem = { key: await readFile(file('key.pem'), 'utf8'), cert: await readFile(file('cert.pem'), 'utf8') };
    });

    test.each<[string, () => TlsSettings]>([
      ['whose certificate is that of another name', () => ({ ca: pem.cert, verify: true })],
      ['whose certificate nobody vouches for', () => ({ verify: true })],
    ])('dialled by address, %s: not even the user is told', async (_, tls) => {
      const server = await FakeServer.start(async (client) => {
        client.greet({ ssl: true, plugin: 'mysql_clear_password' });
        await client.receive();
        await client.encrypt(pem);
        await client.receive();
      });
      const error = await failure({ ...at(server.port), user: 'an-operator', tls: tls() });
      expect(error).toMatchObject({ exitCode: 69, word: 'unreachable' });
      expect(String(error)).toMatch(/certificate/);
      expect(server.heard.includes('an-operator')).toBe(false);
      expect(server.heard).toHaveLength(0);
      await server.close();
    });

    test('a server whose identity is proved may ask for the password itself', async () => {
      const server = await FakeServer.start(async (client) => {
        client.greet({ ssl: true });
        await client.receive();
        await client.encrypt(pem);
        await client.receive();
        client.switchTo('mysql_clear_password', '');
        await client.receive();
        client.refuse(1045, 'Access denied');
      });
      const tls = { ca: pem.cert, verify: true };
      expect(await failure({ ...at(server.port, 'localhost'), tls })).toMatchObject({
        word: 'access_denied',
      });
      expect(server.heard.includes(`${PASSWORD}\0`)).toBe(true);
      await server.close();
    });

    test('one that was not proved may not, encrypted or not', async () => {
      const server = await FakeServer.start(async (client) => {
        client.greet({ ssl: true });
        await client.receive();
        await client.encrypt(pem);
        await client.receive();
        client.switchTo('mysql_clear_password', '');
        await client.receive();
      });
      const error = await failure({ ...at(server.port), tls: { verify: false } });
      expect(error).toMatchObject({ word: 'unsafe_authentication' });
      expect(server.heard.includes(PASSWORD)).toBe(false);
      await server.close();
    });

    test('one that does not offer TLS is not spoken to in plain text', async () => {
      const server = await FakeServer.start(async (client) => {
        client.greet();
        await client.receive();
      });
      expect(await failure({ ...at(server.port), tls: { verify: true } })).toMatchObject({ exitCode: 69 });
      expect(server.heard).toHaveLength(0);
      await server.close();
    });
  });

  test('a login method that sf-ops does not have is named', async () => {
    const server = await FakeServer.start(async (client) => {
      client.greet();
      await client.receive();
      client.switchTo('auth_gssapi_client', 'x');
    });
    const error = await failure(at(server.port));
    expect(error).toMatchObject({ exitCode: 69, word: 'access_denied' });
    expect(String(error)).toContain('auth_gssapi_client');
    await server.close();
  });
});

test('a file of this machine is not sent, whatever the server asks for', async () => {
  const server = await FakeServer.start(async (client) => {
    client.greet();
    await client.receive();
    client.send(OK);
    while ((await client.receive()) !== null)
      client.send(Buffer.concat([Buffer.from([0xfb]), Buffer.from('/etc/passwd')]));
  });
  expect(await failure(at(server.port))).toMatchObject({ exitCode: 69 });
  expect(server.heard.includes('root:')).toBe(false);
  await server.close();
});

describe('a server that sends without end', () => {
  const lengthCoded = (text: string): Buffer =>
    Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
  const column = Buffer.concat([
    ...['def', '', '', '', 'value', ''].map(lengthCoded),
    Buffer.from([0x0c, 45, 0, 0, 1, 0, 0, 0xfd, 0, 0, 0, 0, 0]),
  ]);

  async function forEver(client: FakeClient, send: () => boolean): Promise<void> {
    while (!client.ended) if (!send()) await client.drained();
  }

  test.each<[string, (client: FakeClient) => Promise<void>]>([
    [
      'rows',
      async (client) => {
        client.send(Buffer.from([1]));
        client.send(column);
        client.send(EOF_PACKET);
        await forEver(client, () => client.send(lengthCoded('x'.repeat(200))));
      },
    ],
    ['one row', async (client) => {
        client.send(Buffer.from([1]));
        client.send(column);
        client.send(EOF_PACKET);
        const part = Buffer.alloc(0xffffff, 'x');
        await forEver(client, () => client.send(part));
      }], // prettier-ignore
    [
      'columns',
      async (client) => {
        client.send(Buffer.from([0xfd, 255, 255, 255]));
        await forEver(client, () => client.send(column));
      },
    ],
  ])('%s is cut off', async (_, answer) => {
    const server = await FakeServer.start(async (client) => {
      client.greet();
      await client.receive();
      client.send(OK);
      if ((await client.receive()) !== null) await answer(client);
    });
    const before = process.memoryUsage().rss;
    const error = await failure(at(server.port), { ...DEFAULT_LIMITS, answerBytes: 512 * 1024 });
    expect(error).toMatchObject({ exitCode: 69, word: 'answer_too_large' });
    expect(String(error)).toMatch(/longer than 512 KiB/);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
    await server.close();
  });

  test('its greeting is cut off', async () => {
    const server = await FakeServer.start(async (client) => {
      const bytes = Buffer.alloc(64 * 1024, 1);
      client.write(Buffer.from([255, 255, 255, 0]));
      await forEver(client, () => client.write(bytes));
    });
    expect(await failure(at(server.port))).toMatchObject({ exitCode: 69, word: 'answer_too_large' });
    await server.close();
  });
});

describe('what any server may say while we connect', () => {
  const NUMBERS = [
    1040, 1203, 1226, 1041, 1129, 1130, 4151, 1820, 1862, 3159, 1251, 1524, 1045, 1049, 1105, 1152, 1153,
  ];

  test.each(NUMBERS)('error %d is a reason to try the next host', async (errno) => {
    const server = await FakeServer.start((client) => client.refuse(errno, 'no'));
    const both = { addresses: [...at(server.port).addresses, { socketPath: site.settings.socketPath }] };
    expect(await failure({ ...both, password: '' })).toEqual([{ 1: 1 }]);
    expect(await failure(at(server.port))).toMatchObject({ exitCode: 69 });
    await server.close();
  });

  test('so is an error after the login', async () => {
    const server = await FakeServer.start(async (client) => {
      client.greet();
      await client.receive();
      client.send(OK);
      while ((await client.receive()) !== null) client.refuse(1820, 'You must SET PASSWORD');
    });
    expect(await failure(at(server.port))).toMatchObject({ exitCode: 69, word: 'access_denied' });
    await server.close();
  });
});

describe('an address with several servers behind it', () => {
  test.each<[string, (client: FakeClient) => Promise<void> | void]>([
    ['is full', (client) => client.refuse(1040, 'Too many connections')],
    ['closes the connection', (client) => client.hangUp()],
    [
      'is apart from its cluster',
      async (client) => {
        client.greet();
        await client.receive();
        client.send(OK);
        while ((await client.receive()) !== null) client.refuse(1047, 'WSREP has not yet prepared node');
      },
    ],
  ])('is asked again when one of them %s', async (_, behave) => {
    const bad = await FakeServer.start(behave);
    const good = { path: site.settings.socketPath };
    const proxy = await startTurnstile([{ port: bad.port }, good, good]);
    for (let command = 0; command < 6; command += 1) {
      const database = new Database(settings({ ...at(proxy.port), password: '' }), sessionOptions());
      expect(await database.read(async (session) => session.rows(sql`SELECT 1`))).toHaveLength(1);
      await database.close();
    }
    expect(bad.clients.length).toBeGreaterThan(1);
    proxy.close();
    await bad.close();
  });
});
