import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  resolveConnection,
  type ConnectionFlags,
  type Environment,
} from '../../src/configuration/connection-settings.js';
import { ConfigurationError, UsageError } from '../../src/core/errors.js';
import { runFolder } from '../servers/run-folder.js';

let folder: string;
let config: string;
let defaultsFile: string;

beforeAll(async () => {
  folder = await mkdtemp(join(runFolder(), 'settings-'));
  config = await file(
    'config',
    '# Shaken Fist\ngarbage\nSHAKENFIST_MARIADB_HOST="from-config"\nSHAKENFIST_MARIADB_PORT=4001\n' +
      "SHAKENFIST_MARIADB_USER=config-user\nSHAKENFIST_MARIADB_PASSWORD='a=b#c d'\nSHAKENFIST_MARIADB_DATABASE=config_db\n",
  );
  defaultsFile = await file(
    'my.cnf',
    '[client]\nhost=from-defaults\nport=4002\nuser=defaults-user\npassword="p#1"\n',
  );
});

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const ENVIRONMENT: Environment = {
  SHAKENFIST_MARIADB_HOST: 'from-environment',
  SHAKENFIST_MARIADB_PORT: '4003',
  SHAKENFIST_MARIADB_PASSWORD: 'environment-password',
};

describe('where the database is: the first source that says so', () => {
  test.each<[string, () => ConnectionFlags, Environment, object]>([
    [
      "Shaken Fist's own configuration",
      () => ({}),
      {},
      {
        addresses: [{ host: 'from-config', port: 4001 }],
        user: 'config-user',
        password: 'a=b#c d',
        database: 'config_db',
      },
    ],
    [
      'the environment, for what it has',
      () => ({}),
      ENVIRONMENT,
      {
        addresses: [{ host: 'from-environment', port: 4003 }],
        user: 'config-user',
        password: 'environment-password',
        origin: 'SHAKENFIST_MARIADB_HOST',
        origins: {
          password: 'SHAKENFIST_MARIADB_PASSWORD',
          user: expect.stringMatching(/^SHAKENFIST_MARIADB_USER in \/.*config$/) as unknown,
        },
      },
    ],
    [
      'an option file that a flag names',
      () => ({ defaultsFile }),
      ENVIRONMENT,
      {
        addresses: [{ host: 'from-defaults', port: 4002 }],
        user: 'defaults-user',
        password: 'p#1',
        database: 'config_db',
        origin: expect.stringMatching(/my\.cnf:2$/) as unknown,
      },
    ],
    [
      'flags',
      () => ({ defaultsFile, host: 'from-flag', port: '4004', user: 'flag-user', database: 'flag_db' }),
      ENVIRONMENT,
      {
        addresses: [{ host: 'from-flag', port: 4004 }],
        user: 'flag-user',
        password: 'p#1',
        database: 'flag_db',
        origin: '--host',
      },
    ],
    [
      'a socket, which no host of a farther source spoils',
      () => ({ socket: '/run/db.sock' }),
      ENVIRONMENT,
      { addresses: [{ socketPath: '/run/db.sock' }], origin: '--socket' },
    ],
    [
      'an empty environment variable is one that is not set',
      () => ({}),
      { SHAKENFIST_MARIADB_HOST: '' },
      { addresses: [{ host: 'from-config', port: 4001 }] },
    ],
  ])('%s', (_, flags, environment, expected) => {
    expect(resolveConnection({ config, ...flags() }, environment)).toMatchObject(expected);
  });

  test('defaults, where only the host is known', () => {
    expect(resolveConnection({ host: 'db1' }, {})).toEqual({
      addresses: [{ host: 'db1', port: 3306 }],
      user: 'shakenfist',
      password: '',
      database: 'shakenfist',
      tls: null,
      origin: '--host',
      origins: {},
    });
  });

  test.each([
    ['host=localhost\nsocket=/run/db.sock', { socketPath: '/run/db.sock' }],
    ['socket=/run/db.sock', { socketPath: '/run/db.sock' }],
    ['host=db1\nsocket=/run/db.sock', { host: 'db1', port: 3306 }],
    ['host=localhost', { host: 'localhost', port: 3306 }],
  ])('an option file with %j leads to %j', async (lines, address) => {
    const path = await file('local.cnf', `[client]\n${lines}\n`);
    expect(resolveConnection({ defaultsFile: path }, {}).addresses).toEqual([address]);
  });

  test('a password file loses its line end, and nothing else', async () => {
    const passwordFile = await file('password', ' s3cret#= \r\n');
    expect(resolveConnection({ config, passwordFile }, ENVIRONMENT).password).toBe(' s3cret#= ');
  });
});

describe('what cannot be', () => {
  test.each<[string, ConnectionFlags, new (sentence: string) => Error, RegExp]>([
    ['two places', { host: 'a', socket: 'b' }, UsageError, /--host and --socket exclude each other/],
    ['an empty host, as of a variable that is not set', { host: '' }, UsageError, /--host is empty/],
    ['a port that is none', { host: 'a', port: '3306x' }, ConfigurationError, /"3306x" is not a port/],
    [
      'a password file that is not there',
      { host: 'a', passwordFile: '/nowhere/p' },
      ConfigurationError,
      /password file/,
    ],
    [
      'an option file that is not there',
      { defaultsFile: '/nowhere/my.cnf' },
      ConfigurationError,
      /option file/,
    ],
    [
      'a named configuration that is not there',
      { config: '/nowhere/config' },
      ConfigurationError,
      /configuration file/,
    ],
    [
      'a certificate that is not there',
      { host: 'a', sslCa: '/nowhere/ca.pem' },
      ConfigurationError,
      /TLS file/,
    ],
  ])('%s', (_, flags, kind, message) => {
    const attempt = (): unknown => resolveConnection(flags, {});
    expect(attempt).toThrow(kind);
    expect(attempt).toThrow(message);
  });

  test('nothing configured: says both ways out', async () => {
    const empty = await file('empty', '');
    const attempt = (): unknown => resolveConnection({ config: empty }, {});
    expect(attempt).toThrow(ConfigurationError);
    expect(attempt).toThrow('Nothing says where the database is.');
  });

  test('a named file that cannot be read is an error, even where the environment says enough', () => {
    expect(() => resolveConnection({ config: join(folder, 'missing') }, ENVIRONMENT)).toThrow(
      /configuration file .*missing cannot be read: no such file or directory \(ENOENT\)\.$/,
    );
    expect(() => resolveConnection({ config: folder }, ENVIRONMENT)).toThrow(
      /configuration file .* cannot be read: it is a folder, not a regular file\.$/,
    );
  });
});
