/**
 * What MariaDB's and the driver's errors mean. Matched on `errno`: mysql2 gives some MariaDB errors another
 * error's name in `code`. Server numbers: MariaDB 10.11 and 11.8.
 */
export interface DriverError extends Error {
  errno?: number;
  code?: string;
  fatal?: boolean;
  /** Only what the server itself reports has one. */
  sqlState?: string;
  sqlMessage?: string;
  sql?: string;
  /** `--timeout` ended the statement, on a server that was at work. */
  byDeadline?: boolean;
}

/** The error of the server or the driver itself, under whatever wraps it; null if there is none. */
export function serverError(error: unknown): DriverError | null {
  for (
    let current = error;
    typeof current === 'object' && current !== null;
    current = (current as Error).cause
  ) {
    const candidate = current as DriverError;
    if (typeof candidate.errno === 'number' || candidate.fatal === true || hasNetworkCode(candidate))
      return candidate;
  }
  return null;
}

function hasErrno(error: unknown, ...numbers: number[]): boolean {
  const errno = serverError(error)?.errno;
  return errno !== undefined && numbers.includes(errno);
}

/**
 * 1213: InnoDB chose this transaction as a deadlock's victim; on Galera also a failed certification, or a transaction
 * killed by another node's write or DDL. In every case it is gone and none of it was committed.
 */
export const isDeadlock = (error: unknown): boolean => hasErrno(error, 1213);

/** 1205: waited too long for a row lock, for a metadata lock (DDL), or, on Galera, for a causal read. */
export const isLockWaitTimeout = (error: unknown): boolean => hasErrno(error, 1205);

/** 1020: `innodb_snapshot_isolation` (on by default from 11.6.2) found the row changed since the snapshot. */
export const isSnapshotConflict = (error: unknown): boolean => hasErrno(error, 1020);

/** 1047: a Galera node outside the Primary Component. It still connects and answers `SELECT 1`. */
export const isNotPrimary = (error: unknown): boolean => hasErrno(error, 1047);

/** 1180: the commit failed while quorum was being lost; whether the others have it is not known. */
const isCommitFailed = (error: unknown): boolean => hasErrno(error, 1180);

/** 1062: a unique key already holds this value. */
export const isDuplicateKey = (error: unknown): boolean => hasErrno(error, 1062);

/** 1845, 1846: this ALTER TABLE cannot be done with the ALGORITHM or the LOCK that it names. */
export const isAlgorithmRefused = (error: unknown): boolean => hasErrno(error, 1845, 1846);

/** 1799: more was written to the table while its keys were built than `innodb_online_alter_log_max_size` holds. */
export const isAlterLogFull = (error: unknown): boolean => hasErrno(error, 1799);

/** 1969: `max_statement_time`; 3024 is MySQL's. */
export const isStatementTimeout = (error: unknown): boolean => hasErrno(error, 1969, 3024);

/** `--timeout` passed, and the server is not known to have stopped answering. */
export const isDeadlinePassed = (error: unknown): boolean => serverError(error)?.byDeadline === true;

/** 1317: KILL QUERY, by an administrator or by Galera for the sake of another node's write. */
export const isStatementKilled = (error: unknown): boolean => hasErrno(error, 1317);

/** 1193: this server does not know the variable. */
export const isUnknownVariable = (error: unknown): boolean => hasErrno(error, 1193);

/** 1109: `information_schema` has no such table, as where the server is not MariaDB. */
export const isUnknownTable = (error: unknown): boolean => hasErrno(error, 1109);

/** 1142, 1143, 1227, 1044, 1370: a privilege is missing. */
export const isPrivilegeMissing = (error: unknown): boolean => hasErrno(error, 1142, 1143, 1227, 1044, 1370);

/** 1054: the table has no such column. */
export const isColumnMissing = (error: unknown): boolean => hasErrno(error, 1054);

/** 1267: a comparison of two columns whose collations differ. */
export const isCollationMix = (error: unknown): boolean => hasErrno(error, 1267);

/** 1290, 1836: an option forbids the statement; met here where the server is read-only. */
export const isServerReadOnly = (error: unknown): boolean => hasErrno(error, 1290, 1836);

/** 1146: the table does not exist. */
export const isTableMissing = (error: unknown): boolean => hasErrno(error, 1146);

/** 1049: the database does not exist. */
export const isDatabaseMissing = (error: unknown): boolean => hasErrno(error, 1049);

/**
 * The account, its password or this machine is refused, and would be by the next try too: 1045, 1698, 1044; 1820, 1862
 * (password expired), 4151, 3118 (account locked), 1129, 1130 (host), 3159 (TLS required), 1251, 1524 (login method).
 */
export const isAccessDenied = (error: unknown): boolean =>
  hasErrno(error, 1045, 1698, 1044, 1820, 1862, 4151, 3118, 1129, 1130, 3159, 1251, 1524);

/** The server has no room for one more connection: 1040, 1203, 1226 (of this account), 1041, 1135 (memory, threads). */
export const isServerFull = (error: unknown): boolean => hasErrno(error, 1040, 1203, 1226, 1041, 1135);

/** The statement itself is wrong, whatever the database holds: 1064, 1136, 1149, 1210, 1305, 1318, 1582. A bug of ours. */
export const isStatementWrong = (error: unknown): boolean =>
  hasErrno(error, 1064, 1136, 1149, 1210, 1305, 1318, 1582);

/** Whether the server itself reports the error, as opposed to the driver or the network. */
export const isOfServer = (error: unknown): boolean => serverError(error)?.sqlState !== undefined;

/**
 * The connection is gone, or was killed: 1053 shutdown in progress, 1927 killed, 2006/2013 in the client libraries'
 * numbering, and every network error of the driver, some of which carry no number.
 */
export function isConnectionLost(error: unknown): boolean {
  const found = serverError(error);
  if (found === null) return false;
  return hasErrno(found, 1053, 1927, 2006, 2013) || found.fatal === true || hasNetworkCode(found);
}

/** Nothing listens there, no such host exists, or no answer came in time: to dial again at once is of no use. */
export function isNobodyThere(error: unknown): boolean {
  const code = serverError(error)?.code ?? '';
  return /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENOENT|EACCES|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|PROTOCOL_SEQUENCE_TIMEOUT)$/.test(
    code,
  );
}

/** No answer came in time, to dialling or to a statement. */
export const isOutOfTime = (error: unknown): boolean =>
  /^(ETIMEDOUT|PROTOCOL_SEQUENCE_TIMEOUT)$/.test(serverError(error)?.code ?? '');

/** The login method that the server asks for and the driver does not know, or null; mysql2 3.24 has it in the sentence. */
export function unknownLoginMethod(error: unknown): string | null {
  const found = serverError(error);
  if (found?.code !== 'AUTH_SWITCH_PLUGIN_ERROR') return null;
  return /unknown plugin (\w*)/.exec(found.message)?.[1] ?? null;
}

/**
 * Whether the same may succeed a moment later, perhaps on another server: a conflict, a wait that was too long, or a
 * server that is lost. Nothing of an open transaction is left in any of these cases, unless COMMIT had been sent.
 */
export function isTransient(error: unknown): boolean {
  return (
    isDeadlock(error) ||
    isSnapshotConflict(error) ||
    isLockWaitTimeout(error) ||
    isStatementKilled(error) ||
    isServerLost(error)
  );
}

/** Whether this server, or the way to it, is not to be used any more. */
export function isServerLost(error: unknown): boolean {
  return isConnectionLost(error) || isNotPrimary(error) || isCommitFailed(error);
}

const NETWORK_CODES = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'PROTOCOL_PACKETS_OUT_OF_ORDER',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'EACCES',
  'HANDSHAKE_SSL_ERROR',
  'HANDSHAKE_NO_SSL_SUPPORT',
]);

function hasNetworkCode(error: DriverError): boolean {
  return error.code !== undefined && NETWORK_CODES.has(error.code);
}

/** `Duplicate entry 'x' for key 'k'`, `Incorrect integer value: 'x' for column …`, `… syntax to use near 'x' at line 1`. */
const QUOTED_VALUE = /(entry|value:?|near) '.*'(?= for | at row | at line |$)/gs;

/**
 * The error of a statement without the values that were bound to it, which may be anybody's secret: the driver attaches
 * the whole statement, and the server quotes parts of it. An error that is neither the server's nor the network's means
 * that what came was no answer to a statement: the connection is of no use any more.
 */
export function withoutValues(error: DriverError): DriverError {
  delete error.sql;
  if (error.sqlMessage !== undefined) {
    error.sqlMessage = error.sqlMessage.replace(QUOTED_VALUE, "$1 '…'");
    error.message = error.sqlMessage;
    error.stack = `${error.name}: ${error.message}`;
  }
  if (serverError(error) === null) error.fatal = true;
  return error;
}

/** The server's or driver's own words, without the SQL that mysql2 attaches. */
export function serverMessage(error: unknown): string {
  const found = serverError(error);
  if (found === null) return error instanceof Error ? error.message : String(error);
  return found.sqlMessage ?? (found.message || found.code || 'no reason given');
}
