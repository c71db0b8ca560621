import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { resolveConnection, type ConnectionFlags } from '../../src/configuration/connection-settings.js';
import { ConfigurationError } from '../../src/core/errors.js';
import { runFolder } from '../servers/run-folder.js';

const PEM = '-----BEGIN CERTIFICATE-----\n';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(runFolder(), 'settings-'));
});

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

describe('TLS', () => {
  test('is off unless asked for, and verifies unless told otherwise', async () => {
    const pem = await file('ca.pem', PEM);
    const tls = (flags: ConnectionFlags): unknown => resolveConnection({ host: 'a', ...flags }, {}).tls;
    expect(tls({})).toBeNull();
    expect(tls({ sslCa: pem })).toEqual({ ca: PEM, verify: true });
    expect(tls({ sslCa: pem, sslVerifyServerCert: false })).toEqual({ ca: PEM, verify: false });
    expect(tls({ sslVerifyServerCert: true })).toEqual({ verify: true });
    expect(tls({ sslVerifyServerCert: false, sslCert: pem, sslKey: pem })).toEqual({
      verify: false,
      cert: PEM,
      key: PEM,
    });
  });

  test.each([
    ['ssl-verify-server-cert', true],
    ['ssl-verify-server-cert=1', true],
    ['ssl-verify-server-cert=OFF', false],
    ['skip-ssl-verify-server-cert', false],
    ['disable-ssl-verify-server-cert', false],
    ['ssl', true],
    ['loose-ssl', true],
    ['enable-ssl', true],
    ['loose-skip-ssl-verify-server-cert', false],
    ['ssl\nssl-verify-server-cert=0', false],
  ])('an option file that says %s', async (line, verify) => {
    const path = await file('tls.cnf', `[client]\nhost=a\n${line}\n`);
    expect(resolveConnection({ defaultsFile: path }, {}).tls).toEqual({ verify });
  });

  test.each([
    'ssl-cipher=AES',
    'ssl-capath=/x',
    'ssl-crl=/x',
    'ssl_crlpath=/x',
    'tls-version=TLSv1.3',
    'ssl-mode=REQUIRED',
    'loose-ssl-mode=REQUIRED',
    'ssl-fp=00',
  ])(
    'an option file that says %s, which we do not do, is refused, not passed over in plain text',
    async (line) => {
      const path = await file('tls.cnf', `[client]\nhost=a\n${line}\n`);
      const attempt = (): unknown => resolveConnection({ defaultsFile: path }, {});
      expect(attempt).toThrow(ConfigurationError);
      expect(attempt).toThrow(/does not have the TLS option .*tls\.cnf:3/);
    },
  );

  test('a file that holds something else is refused before anything is sent', async () => {
    const sslCa = await file('notes', 'no certificate');
    expect(() => resolveConnection({ host: 'a', sslCa }, {})).toThrow(
      /holds no certificate or key in PEM form/,
    );
  });
});
