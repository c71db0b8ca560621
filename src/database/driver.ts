import { createConnection, type Connection, type ConnectionOptions } from 'mysql2';
import type { ConnectionSettings, ServerAddress } from '../configuration/connection-settings.js';

/**
 * Opens one connection. Whatever the driver's defaults are in its next release: BIGINTs beyond 2^53 arrive as strings,
 * JSON as the text that is stored, times as text, and an UPDATE counts the rows that it really changed.
 */
export async function connect(
  settings: ConnectionSettings,
  address: ServerAddress,
  seconds: number,
): Promise<Connection> {
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
    ...(settings.tls === null ? {} : { ssl: tlsOptions(settings.tls) }),
  };
  return new Promise((resolve, reject) => {
    const connection = createConnection(options);
    connection.once('error', (error: Error) => {
      connection.destroy();
      reject(error);
    });
    connection.once('connect', () => {
      connection.removeAllListeners('error');
      // A server that goes away between two statements must not end the process: the next statement reports it.
      connection.on('error', () => undefined);
      resolve(connection);
    });
  });
}

function tlsOptions({ verify, ...pem }: NonNullable<ConnectionSettings['tls']>): object {
  return { ...pem, rejectUnauthorized: verify, verifyIdentity: verify };
}
