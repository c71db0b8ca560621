import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { authPlugins as plugins, type AuthPlugin, type Connection } from 'mysql2';
import type { TlsSettings } from '../configuration/connection-settings.js';
import { UnavailableError } from '../core/errors.js';
import type { ReceiveLimit } from './receive-limit.js';

/** What the driver keeps to itself, and we need: where it writes to, and the step from plain text to TLS. */
export interface DriverConnection extends Connection {
  stream: Duplex;
  startTLS(onSecure: (error?: Error) => void): void;
}

const CHALLENGE_BYTES = 32;

/**
 * The ways in which an account may log in. The server chooses, so one that only pretends to be the database could
 * choose a way that hands it the password: those are followed on a connection only that is encrypted and whose server
 * has proved who it is. `mysql_native_password` and `ed25519` prove knowledge of the password without sending it.
 */
export function loginMethods(password: string, tls: TlsSettings | null): Record<string, AuthPlugin> {
  const isTrusted = tls?.verify === true;
  const revealing = (name: string, method: AuthPlugin): AuthPlugin => {
    if (isTrusted) return method;
    return () => {
      throw new UnavailableError(
        `The server asks for the password itself (${name}), and who the server is has not been proved. Nothing was sent.`,
        {
          word: 'unsafe_authentication',
          hint: 'Use TLS with --ssl-ca, or an account that logs in with ed25519 or mysql_native_password.',
        },
      );
    };
  };
  return {
    sha256_password: revealing('sha256_password', plugins.sha256_password({})),
    caching_sha2_password: revealing('caching_sha2_password', plugins.caching_sha2_password({})),
    mysql_clear_password: revealing('mysql_clear_password', () => () => Buffer.from(`${password}\0`, 'utf8')),
    client_ed25519: () => async (data: Buffer) => {
      const { signChallenge } = await import('./ed25519.js');
      return Buffer.from(signChallenge(password, data.subarray(0, CHALLENGE_BYTES)));
    },
  };
}

/** mysql2 3.24: given an IP address, the driver itself would compare the certificate with the name `localhost`. */
export function tlsOptions({ verify, ...pem }: TlsSettings, host: string | null): object {
  return { ...pem, rejectUnauthorized: verify, verifyIdentity: verify && !isAddress(host) };
}

/**
 * The look at the certificate that the driver does not take: of a server that is dialled by its IP address. Null where
 * none is needed.
 */
export async function certificateCheck(
  tls: TlsSettings | null,
  host: string | null,
): Promise<((stream: Duplex) => Error | null) | null> {
  if (tls?.verify !== true || !isAddress(host)) return null;
  const { whyMistaken } = await import('./certificate.js'); // with the whole of TLS
  return (stream) => whyMistaken(stream, host);
}

/**
 * Watches the connection until the server has let us in: what it sends is counted, and its certificate is checked before
 * anything about the account is sent.
 */
export function watchHandshake(
  connection: DriverConnection,
  received: ReceiveLimit,
  check: ((stream: Duplex) => Error | null) | null,
): void {
  received.watch(connection.stream);
  const startTls = connection.startTLS.bind(connection);
  connection.startTLS = (onSecure) => {
    startTls((error) => onSecure(error ?? check?.(connection.stream) ?? undefined));
    received.watch(connection.stream);
  };
}

function isAddress(host: string | null): host is string {
  return host !== null && isIP(host) !== 0;
}
