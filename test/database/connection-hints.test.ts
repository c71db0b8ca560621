import { expect, test } from '@jest/globals';
import type { ConnectionSettings, ServerAddress } from '../../src/configuration/connection-settings.js';
import { UnavailableError } from '../../src/core/errors.js';
import { connectionHint } from '../../src/database/connection-hints.js';

const TCP: ServerAddress = { host: 'db1', port: 3306 };
const SETTINGS: ConnectionSettings = {
  addresses: [TCP],
  user: 'ops',
  password: 'secret',
  database: 'shakenfist',
  tls: null,
  origin: '--host',
  origins: { user: '--user', password: '--password-file /p' },
};
const untrusted = Object.assign(new Error('self-signed certificate'), {
  code: 'HANDSHAKE_SSL_ERROR',
  fatal: true,
});

test.each<[string, Partial<ConnectionSettings>, ServerAddress, UnavailableError, RegExp]>([
  [
    'a wrong password: whose, from where',
    {},
    TCP,
    new UnavailableError('no', { word: 'access_denied' }),
    /^The user is ops: the user comes from --user, the password comes from --password-file \/p\. .*REQUIRE SSL/,
  ],
  [
    'over a socket TLS is no question, nor where it is used',
    { origins: {} },
    { socketPath: '/s' },
    new UnavailableError('no', { word: 'access_denied' }),
    /^The user is ops: the user is the default, and no password is given\.$/,
  ],
  [
    'an unknown database',
    {},
    TCP,
    new UnavailableError('no', { word: 'unknown_database' }),
    /^The database is shakenfist: the name is the default\.$/,
  ],
  [
    'a certificate that nobody vouches for',
    {},
    TCP,
    new UnavailableError('no', { word: 'unreachable', cause: untrusted }),
    /--ssl-ca/,
  ],
  [
    'a host that is not there',
    {},
    TCP,
    new UnavailableError('no', { word: 'unreachable' }),
    /come from --host/,
  ],
  ['a hint that is given', {}, TCP, new UnavailableError('no', { hint: 'Wait.' }), /^Wait\.$/],
])('%s', (_, change, address, failure, hint) => {
  const text = connectionHint({ ...SETTINGS, ...change }, address, failure);
  expect(text).toMatch(hint);
  expect(text).not.toContain('secret');
});
