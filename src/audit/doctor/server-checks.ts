import { formatDuration } from '../../core/duration.js';
import { declareCheck, fail, info, pass, warn, type Check } from './check.js';

const OLDEST_MARIADB = [10, 11, 0] as const;
const MEBIBYTE = 1024 ** 2;
/** About what one INSERT of a thousand operations needs, with room for long ones. */
const LEAST_PACKET = 4 * MEBIBYTE;
const LONG_LOCK_WAIT_SECONDS = 3600;

/** What Shaken Fist itself demands of its server (database contract, section 1), and what this tool meets there. */
export const SERVER_CHECKS: readonly Check[] = [
  declareCheck({
    id: 'mariadb-version',
    title: 'the server is MariaDB 10.11.0 or newer',
    why: 'Shaken Fist refuses to start on anything else.',
    about: 'settings',
    examine: ({ version }) =>
      isNewEnough(version)
        ? pass(`${version}.`)
        : fail(`${version} is not MariaDB ${OLDEST_MARIADB.join('.')} or newer.`, 'Upgrade the server.'),
  }),
  declareCheck({
    id: 'default-storage-engine',
    title: 'new tables are InnoDB',
    why: 'Shaken Fist refuses to start otherwise: without InnoDB there are no transactions.',
    about: 'settings',
    examine: ({ storageEngine }) =>
      storageEngine.toLowerCase() === 'innodb'
        ? pass(`default_storage_engine is ${storageEngine}.`)
        : fail(
            `default_storage_engine is ${storageEngine}.`,
            'Set default_storage_engine=InnoDB on the server.',
          ),
  }),
  declareCheck({
    id: 'character-set',
    title: 'the database is utf8mb4',
    why: 'Shaken Fist refuses to start otherwise: names would be damaged.',
    about: 'settings',
    examine: ({ characterSet, database }) =>
      characterSet === 'utf8mb4'
        ? pass(`The database's character set is ${characterSet}.`)
        : fail(`The database's character set is ${characterSet}.`, alterDatabase(database)),
  }),
  declareCheck({
    id: 'collation',
    title: 'the database has a collation of utf8mb4',
    why: 'Shaken Fist refuses to start otherwise. Any will do, utf8mb4_bin included.',
    about: 'settings',
    examine: ({ collation, database }) =>
      collation.startsWith('utf8mb4_')
        ? pass(`The database's collation is ${collation}.`)
        : fail(`The database's collation is ${collation}.`, alterDatabase(database)),
  }),
  declareCheck({
    id: 'writable-server',
    title: 'the server accepts writes and is not a replica',
    why: 'A replica lags behind: what it says is not pending may be pending.',
    about: 'settings',
    examine: ({ readOnly, replicating, address }) => {
      if (readOnly) {
        const detail = `${address} is read-only${replicating ? ' and applies the changes of another server' : ''}.`;
        return fail(detail, 'Name the server that Shaken Fist writes to with --host.');
      }
      return replicating
        ? warn(
            `${address} applies the changes of another server.`,
            'Name that one with --host if it is the one that Shaken Fist writes to.',
          )
        : pass(`${address} accepts writes and applies no other server's changes.`);
    },
  }),
  declareCheck({
    id: 'max-allowed-packet',
    title: 'statements of a few MiB are accepted',
    why: 'Many operations are enqueued with one statement, and stored operations can be long.',
    about: 'settings',
    examine: ({ maxAllowedPacket }) =>
      maxAllowedPacket >= LEAST_PACKET
        ? pass(`max_allowed_packet is ${inMebibytes(maxAllowedPacket)}.`)
        : warn(
            `max_allowed_packet is ${inMebibytes(maxAllowedPacket)}.`,
            `Set max_allowed_packet to ${inMebibytes(LEAST_PACKET)} or more.`,
          ),
  }),
  declareCheck({
    id: 'lock-wait-timeout',
    title: 'how long a statement of others waits for a table',
    why: 'A schema change that waits for a table makes every later statement on it wait as well.',
    about: 'settings',
    examine: ({ lockWaitTimeout }) =>
      info(
        `lock_wait_timeout is ${formatDuration(lockWaitTimeout)} for sessions that do not set it, as Shaken Fist's do not.`,
        lockWaitTimeout > LONG_LOCK_WAIT_SECONDS
          ? 'Statements of sf-ops give up after seconds; consider a lower lock_wait_timeout for the others.'
          : null,
      ),
  }),
  declareCheck({
    id: 'snapshot-isolation',
    title: 'what a transaction does when a row that it read has changed',
    why: 'With innodb_snapshot_isolation (the default from MariaDB 11.6.2) it fails with error 1020 and is run again.',
    about: 'settings',
    examine: ({ snapshotIsolation }) =>
      info(
        snapshotIsolation === null
          ? 'This server has no innodb_snapshot_isolation.'
          : `innodb_snapshot_isolation is ${snapshotIsolation ? 'on' : 'off'}.`,
      ),
  }),
];

function isNewEnough(version: string): boolean {
  const match = /^(\d+)\.(\d+)\.(\d+)/.exec(version);
  if (match === null || !/mariadb/i.test(version)) return false;
  const numbers = match.slice(1).map(Number);
  const differing = OLDEST_MARIADB.findIndex((least, i) => numbers[i] !== least);
  return differing === -1 || numbers[differing]! > OLDEST_MARIADB[differing]!;
}

function alterDatabase(database: string): string {
  return `ALTER DATABASE \`${database}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci; existing tables keep theirs.`;
}

function inMebibytes(bytes: number): string {
  return `${Number((bytes / MEBIBYTE).toFixed(1))} MiB`;
}
