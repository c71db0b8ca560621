import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import type { TlsSettings } from '../../src/configuration/connection-settings.js';
import { Database } from '../../src/database/database.js';
import { schemaStatements } from '../fixtures/schema.js';
import { connectionSettings, sessionOptions } from '../fixtures/site.js';
import {
  connectAsAdministrator,
  createDatabase,
  startTestServer,
  type DatabaseSettings,
  type TestServer,
} from '../servers/mariadb.js';
import { freePorts } from '../servers/ports.js';
import { runFolder } from '../servers/run-folder.js';

let server: TestServer;
let settings: DatabaseSettings;
let folder: string;
let pem: { ca: string; otherCa: string; numbered: string; clientCert: string; clientKey: string };

beforeAll(async () => {
  folder = await mkdtemp(join(runFolder(), 'tls-'));
  const openssl = async (...words: string[]): Promise<unknown> => promisify(execFile)('openssl', words);
  const selfSigned = async (name: string, subject: string, ...extra: string[]): Promise<unknown> =>
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-days', '2',
      '-subj', subject, '-keyout', file(`${name}.key`), '-out', file(`${name}.pem`), ...extra); // prettier-ignore
  await selfSigned('server', '/CN=db.example.com', '-addext', 'subjectAltName=DNS:localhost');
  await selfSigned('other', '/CN=other');
  await selfSigned('numbered', '/CN=numbered', '-addext', 'subjectAltName=IP:127.0.0.1');
  await selfSigned('client', '/CN=client');
  const read = async (name: string): Promise<string> => readFile(file(name), 'utf8');
  pem = {
    ca: await read('server.pem'),
    otherCa: await read('other.pem'),
    numbered: await read('numbered.pem'),
    clientCert: await read('client.pem'),
    clientKey: await read('client.key'),
  };
  const [port] = await freePorts(1);
  server = await startTestServer({
    tcpPort: port!,
    extraArguments: [
      `--ssl-cert=${file('server.pem')}`,
      `--ssl-key=${file('server.key')}`,
      `--ssl-ca=${file('client.pem')}`,
    ],
  });
  settings = await createDatabase(server, schemaStatements());
  const administrator = await connectAsAdministrator(server);
  for (const [name, requirement] of [
    ['tls', 'SSL'],
    ['certified', 'X509'],
  ]) {
    await administrator.query(`CREATE USER ${name}@'127.0.0.1' REQUIRE ${requirement}`);
    await administrator.query(`GRANT SELECT ON ${settings.database}.* TO ${name}@'127.0.0.1'`);
  }
  await administrator.end();
});
afterAll(async () => server.stop());

const file = (name: string): string => join(folder, name);

/** The cipher of the connection, empty where there is none. */
async function cipher(host: string, user: string, tls: TlsSettings | null): Promise<string> {
  const addresses = [{ host, port: server.tcpPort! }];
  const database = new Database({ ...connectionSettings(settings), user, tls, addresses }, sessionOptions());
  try {
    return await database.read(async (session) => {
      const [row] = await session.rows<{ Value: string }>(sql`SHOW SESSION STATUS LIKE 'Ssl_cipher'`);
      return row!.Value;
    });
  } finally {
    await database.close();
  }
}

test.each<[string, string, string, () => TlsSettings]>([
  ['with the authority and the right name', 'localhost', 'tls', () => ({ ca: pem.ca, verify: true })],
  ['with any certificate, where that is said', '127.0.0.1', 'tls', () => ({ verify: false })],
  ['with the wrong name, where that is said', '127.0.0.1', 'tls', () => ({ ca: pem.ca, verify: false })],
  [
    'with a certificate of the client',
    'localhost',
    'certified',
    () => ({ ca: pem.ca, cert: pem.clientCert, key: pem.clientKey, verify: true }),
  ],
])('TLS %s', async (_, host, user, tls) => {
  expect(await cipher(host, user, tls())).toMatch(/^(TLS|ECDHE)/);
});

test('no TLS unless it is asked for', async () => {
  expect(await cipher('127.0.0.1', settings.user, null)).toBe('');
});

test.each<[string, string, string, () => TlsSettings | null, string, RegExp]>([
  [
    'a certificate that no authority vouches for',
    'localhost',
    'tls',
    () => ({ verify: true }),
    'unreachable',
    /self-signed certificate/,
  ],
  [
    'a certificate of another authority',
    'localhost',
    'tls',
    () => ({ ca: pem.otherCa, verify: true }),
    'unreachable',
    /certificate/,
  ],
  [
    'a certificate for another name',
    '127.0.0.1',
    'tls',
    () => ({ ca: pem.ca, verify: true }),
    'unreachable',
    /127\.0\.0\.1/,
  ],
  ['an account that needs TLS, without', '127.0.0.1', 'tls', () => null, 'access_denied', /Access denied/],
  [
    'an account that needs a certificate, without',
    'localhost',
    'certified',
    () => ({ ca: pem.ca, verify: true }),
    'access_denied',
    /Access denied/,
  ],
])('%s: cannot tell', async (_, host, user, tls, word, message) => {
  const error: unknown = await cipher(host, user, tls()).catch((failure: unknown) => failure);
  expect(error).toMatchObject({ exitCode: 69, word });
  expect(String(error)).toMatch(message);
});

test.each<[string, string[], () => TlsSettings, object]>([
  [
    'a certificate for the very address',
    ['--ssl-cert=numbered.pem', '--ssl-key=numbered.key'],
    () => ({ ca: pem.numbered, verify: true }),
    { word: 'schema_missing' },
  ],
  ['TLS that the server does not offer', ['--skip-ssl'], () => ({ verify: false }), { word: 'unreachable' }],
])('%s', async (_, words, tls, failure) => {
  const [port] = await freePorts(1);
  const extraArguments = words.map((word) => word.replace('=', `=${folder}/`));
  const other = await startTestServer({ tcpPort: port!, extraArguments });
  const empty = await createDatabase(other, []);
  const addresses = [{ host: '127.0.0.1', port: port! }];
  const database = new Database({ ...connectionSettings(empty), addresses, tls: tls() }, sessionOptions());
  // Once it is connected, an empty database is all there is to complain of.
  await expect(database.describe()).rejects.toMatchObject({ exitCode: 69, ...failure });
  await database.close();
  await other.stop();
});
