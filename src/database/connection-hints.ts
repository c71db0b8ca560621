import type { ConnectionSettings, ServerAddress } from '../configuration/connection-settings.js';
import type { UnavailableError } from '../core/errors.js';
import { serverError } from './server-errors.js';

/** What an operator can do about a server that cannot be used: where the setting that is wrong comes from, above all. */
export function connectionHint(
  settings: ConnectionSettings,
  address: ServerAddress,
  { word, hint, cause }: UnavailableError,
): string {
  if (hint !== undefined) return hint;
  const { user, password, database } = settings.origins ?? {};
  const from = (what: string, origin: string | undefined): string =>
    `the ${what} ${origin === undefined ? 'is the default' : `comes from ${origin}`}`;
  if (isUntrusted(cause)) {
    return 'Name the authority that vouches for the server with --ssl-ca, or give --no-ssl-verify-server-cert.';
  }
  if (word === 'access_denied') {
    const account = `The user is ${settings.user}: ${from('user', user)}, ${
      password === undefined ? 'and no password is given' : from('password', password)
    }.`;
    const mayNeedTls = settings.tls === null && !('socketPath' in address);
    return mayNeedTls ? `${account} If the account has REQUIRE SSL: --ssl-ca.` : account;
  }
  if (word === 'unknown_database' || word === 'privilege_missing') {
    return `The database is ${settings.database}: ${from('name', database)}.`;
  }
  return `The addresses come from ${settings.origin}.`;
}

/** OpenSSL's words for a certificate that no known authority has signed, or that is out of date. */
function isUntrusted(cause: unknown): boolean {
  const found = serverError(cause);
  return found?.code === 'HANDSHAKE_SSL_ERROR' && /certificate/i.test(found.message);
}
