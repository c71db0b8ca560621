import type { Socket } from 'node:net';
import { createConnection, type Connection, type ConnectionOptions } from 'mysql2';
import type { ConnectionSettings, ServerAddress } from '../configuration/connection-settings.js';
import {
  certificateCheck,
  loginMethods,
  tlsOptions,
  watchHandshake,
  type DriverConnection,
} from './authentication.js';
import { withLiterals } from './literals.js';
import { ReceiveLimit } from './receive-limit.js';
import { AnswerTooLargeError, StatementInterruptedError } from './session-errors.js';

/** A connection that is open, and the measure of what comes through it. */
export interface DriverLink {
  connection: Connection;
  /** As the server, or a proxy before it, greets: `5.5.5-10.11.19-MariaDB`. */
  greeting: string;
  received: ReceiveLimit;
}

/** More than a greeting, a certificate chain and an error have. */
const MOST_HANDSHAKE_BYTES = 256 * 1024;

/**
 * Opens one connection. Whatever the driver's defaults are in its next release: BIGINTs beyond 2^53 arrive as strings,
 * JSON as the text that is stored, times as text, and an UPDATE counts the rows that it really changed.
 *
 * @param seconds until the server has greeted us and let us in
 * @param signal gives the attempt up
 */
export async function connect(
  settings: ConnectionSettings,
  address: ServerAddress,
  seconds: number,
  signal: AbortSignal,
): Promise<DriverLink> {
  const host = 'host' in address ? address.host : null;
  const options: ConnectionOptions = {
    ...('socketPath' in address
      ? { socketPath: address.socketPath }
      : { host: address.host, port: address.port }),
    user: settings.user,
    password: settings.password,
    database: settings.database,
    authPlugins: loginMethods(settings.password, settings.tls),
    connectTimeout: Math.max(1, Math.ceil(seconds * 1000)),
    charset: 'utf8mb4',
    supportBigNumbers: true,
    bigNumberStrings: false,
    jsonStrings: true,
    dateStrings: true,
    queryFormat: withLiterals,
    // Compiling a parser for every result costs more than it saves on results of the size that we read.
    disableEval: true,
    // No file of this machine is sent, whatever the server asks for.
    flags: ['-FOUND_ROWS', '-LOCAL_FILES', '-IGNORE_SPACE'],
    ...(settings.tls === null ? {} : { ssl: tlsOptions(settings.tls, host) }),
  };
  const check = await certificateCheck(settings.tls, host);
  if (signal.aborted) throw new StatementInterruptedError();
  return new Promise((resolve, reject) => {
    const connection = createConnection(options) as DriverConnection;
    const received = new ReceiveLimit();
    const giveUp = (error: Error): void => {
      signal.removeEventListener('abort', interrupt);
      disconnect(connection);
      reject(error);
    };
    const interrupt = (): void => giveUp(new StatementInterruptedError());
    received.allow(MOST_HANDSHAKE_BYTES, () => giveUp(new AnswerTooLargeError(MOST_HANDSHAKE_BYTES)));
    watchHandshake(connection, received, check);
    signal.addEventListener('abort', interrupt, { once: true });
    // A server that goes away between two statements must not end the process: the next statement reports it.
    connection.on('error', () => undefined);
    connection.once('error', giveUp);
    connection.once('connect', ({ serverVersion }: { serverVersion: string }) => {
      signal.removeEventListener('abort', interrupt);
      connection.off('error', giveUp);
      resolve({ connection, received, greeting: serverVersion });
    });
  });
}

/** Tells the server that the connection is over, and does not wait for it to close its side: a frozen one never does. */
export function quit(connection: Connection): void {
  connection.end();
  socketOf(connection).unref();
}

/**
 * Ends a connection at once, without a word. The driver's own `destroy` only closes our half, and keeps the process
 * alive until the server closes the other.
 */
export function disconnect(connection: Connection): void {
  connection.destroy();
  socketOf(connection).destroy();
}

function socketOf(connection: Connection): Socket {
  return (connection as DriverConnection).stream as Socket;
}
