import type { Socket } from 'node:net';
import { createConnection, type Connection, type ConnectionOptions } from 'mysql2';
import type { ConnectionSettings, ServerAddress } from '../configuration/connection-settings.js';
import { StatementInterruptedError } from './session-errors.js';

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
): Promise<Connection> {
  const host = 'host' in address ? address.host : null;
  const certificate = settings.tls === null ? null : await import('./server-certificate.js');
  const options: ConnectionOptions = {
    ...('socketPath' in address
      ? { socketPath: address.socketPath }
      : { host: address.host, port: address.port }),
    user: settings.user,
    password: settings.password,
    database: settings.database,
    connectTimeout: Math.max(1, Math.ceil(seconds * 1000)),
    charset: 'utf8mb4',
    supportBigNumbers: true,
    bigNumberStrings: false,
    jsonStrings: true,
    dateStrings: true,
    stringifyObjects: true,
    // Compiling a parser for every result costs more than it saves on results of the size that we read.
    disableEval: true,
    flags: ['-FOUND_ROWS'],
    ...(certificate === null ? {} : { ssl: certificate.tlsOptions(settings.tls!, host) }),
  };
  if (signal.aborted) throw new StatementInterruptedError();
  return new Promise((resolve, reject) => {
    const connection = createConnection(options);
    const giveUp = (error: Error): void => {
      signal.removeEventListener('abort', interrupt);
      disconnect(connection);
      reject(error);
    };
    const interrupt = (): void => giveUp(new StatementInterruptedError());
    signal.addEventListener('abort', interrupt, { once: true });
    // A server that goes away between two statements must not end the process: the next statement reports it.
    connection.on('error', () => undefined);
    connection.once('error', giveUp);
    connection.once('connect', () => {
      const mistake = settings.tls?.verify ? certificate!.whyMistaken(connection, host) : null;
      if (mistake !== null) return giveUp(mistake);
      signal.removeEventListener('abort', interrupt);
      connection.off('error', giveUp);
      resolve(connection);
    });
  });
}

/** Tells the server that the connection is over, and does not wait for it to close its side: a frozen one never does. */
export function sayGoodbye(connection: Connection): void {
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

/** Undeclared, but what the driver itself writes to. */
function socketOf(connection: Connection): Socket {
  return (connection as Connection & { stream: Socket }).stream;
}
