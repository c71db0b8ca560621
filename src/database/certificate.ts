import type { Duplex } from 'node:stream';
import { checkServerIdentity, TLSSocket } from 'node:tls';
import { UnavailableError } from '../core/errors.js';

/** Why the server at the other end is not the one that its certificate is for; null if it is. */
export function whyMistaken(stream: Duplex, host: string): UnavailableError | null {
  const problem =
    stream instanceof TLSSocket
      ? checkServerIdentity(host, stream.getPeerCertificate())
      : new Error('the connection is not encrypted');
  if (problem === undefined) return null;
  return new UnavailableError(`The server has the certificate of another: ${problem.message}`, {
    word: 'unreachable',
    hint: 'Name the server as its certificate does, or give --no-ssl-verify-server-cert.',
    cause: problem,
  });
}
