import { isIP } from 'node:net';
import { checkServerIdentity, TLSSocket } from 'node:tls';
import type { Connection } from 'mysql2';
import type { TlsSettings } from '../configuration/connection-settings.js';
import { UnavailableError } from '../core/errors.js';

/** mysql2 3.24: given an IP address, the driver itself would compare the certificate with the name `localhost`. */
export function tlsOptions({ verify, ...pem }: TlsSettings, host: string | null): object {
  return { ...pem, rejectUnauthorized: verify, verifyIdentity: verify && !isAddress(host) };
}

/** What the driver leaves out: why the certificate is not that of the IP address which was dialled, or null. */
export function whyMistaken(connection: Connection, host: string | null): UnavailableError | null {
  const { stream } = connection as Connection & { readonly stream?: unknown };
  if (!isAddress(host) || !(stream instanceof TLSSocket) || stream.isSessionReused()) return null;
  const problem = checkServerIdentity(host, stream.getPeerCertificate());
  if (problem === undefined) return null;
  return new UnavailableError(`The server has the certificate of another: ${problem.message}`, {
    word: 'unreachable',
    hint: 'Name the server as its certificate does, or give --no-ssl-verify-server-cert.',
    cause: problem,
  });
}

function isAddress(host: string | null): host is string {
  return host !== null && isIP(host) !== 0;
}
