import { formatDuration } from '../../core/duration.js';
import { fail, note, pass } from '../../core/finding.js';
import { isSupportedVersion, OLDEST_MARIADB } from '../../core/server-fitness.js';
import { ruleAbout, type DoctorRule } from './rule.js';

const MEBIBYTE = 1024 ** 2;
/** About what one INSERT of a thousand operations needs, with room for long ones. */
const LEAST_PACKET = 4 * MEBIBYTE;
const LONG_LOCK_WAIT_SECONDS = 3600;

/** What Shaken Fist itself demands of its server (database contract, section 1), and what this tool meets there. */
export const SERVER_RULES: readonly DoctorRule[] = [
  ruleAbout('settings', {
    id: 'mariadb-version',
    severity: 'error',
    title: `the server is MariaDB ${OLDEST_MARIADB.join('.')} or newer`,
    why: 'Shaken Fist refuses to start on anything else.',
    remedy: 'Upgrade the server.',
    verdict: ({ version }) =>
      isSupportedVersion(version)
        ? pass(`The server is ${version}.`)
        : fail(`The server is ${version}, not MariaDB ${OLDEST_MARIADB.join('.')} or newer.`),
  }),
  ruleAbout('settings', {
    id: 'default-storage-engine',
    severity: 'error',
    title: 'new tables are InnoDB',
    why: 'Shaken Fist refuses to start otherwise: without InnoDB there are no transactions.',
    remedy: 'Set default_storage_engine=InnoDB on the server.',
    verdict: ({ storageEngine }) => {
      const found = `default_storage_engine is ${storageEngine}.`;
      return storageEngine.toLowerCase() === 'innodb' ? pass(found) : fail(found);
    },
  }),
  ruleAbout('settings', {
    id: 'character-set',
    severity: 'error',
    title: 'the database is utf8mb4',
    why: 'Shaken Fist refuses to start otherwise: names would be damaged.',
    remedy: null,
    verdict: ({ characterSet, database }) => {
      const found = `The database's character set is ${characterSet}.`;
      return characterSet === 'utf8mb4' ? pass(found) : fail(found, { remedy: alterDatabase(database) });
    },
  }),
  ruleAbout('settings', {
    id: 'collation',
    severity: 'error',
    title: 'the database has a collation of utf8mb4',
    why: 'Shaken Fist refuses to start otherwise. Any will do, utf8mb4_bin included.',
    remedy: null,
    verdict: ({ collation, database }) => {
      const found = `The database's collation is ${collation}.`;
      return collation.startsWith('utf8mb4_')
        ? pass(found)
        : fail(found, { remedy: alterDatabase(database) });
    },
  }),
  ruleAbout('settings', {
    id: 'writable-server',
    severity: 'error',
    title: 'the server accepts writes and is not a replica',
    why: 'A replica lags behind: what it says is not pending may be pending.',
    remedy: 'Name the server that Shaken Fist writes to with --host.',
    verdict: ({ readOnly, replicating, address }) => {
      if (readOnly) {
        return fail(
          `${address} is read-only${replicating ? ' and applies the changes of another server' : ''}.`,
        );
      }
      return replicating
        ? fail(`${address} applies the changes of another server.`, {
            severity: 'warning',
            remedy: 'Name that one with --host if it is the one that Shaken Fist writes to.',
          })
        : pass(`${address} accepts writes and applies no other server's changes.`);
    },
  }),
  ruleAbout('settings', {
    id: 'max-allowed-packet',
    severity: 'warning',
    title: 'statements of a few MiB are accepted',
    why: 'Many operations are enqueued with one statement, and stored operations can be long.',
    remedy: `Set max_allowed_packet to ${inMebibytes(LEAST_PACKET)} or more.`,
    verdict: ({ maxAllowedPacket }) => {
      const found = `max_allowed_packet is ${inMebibytes(maxAllowedPacket)}.`;
      return maxAllowedPacket >= LEAST_PACKET ? pass(found) : fail(found);
    },
  }),
  ruleAbout('settings', {
    id: 'lock-wait-timeout',
    severity: 'info',
    title: 'how long a statement of others waits for a table',
    why: 'A schema change that waits for a table makes every later statement on it wait as well.',
    remedy: null,
    verdict: ({ lockWaitTimeout }) =>
      note(
        `lock_wait_timeout is ${formatDuration(lockWaitTimeout)} for sessions that do not set it, as Shaken Fist's do not.`,
        lockWaitTimeout > LONG_LOCK_WAIT_SECONDS
          ? {
              remedy:
                'Statements of sf-ops give up after seconds; consider a lower lock_wait_timeout for the others.',
            }
          : {},
      ),
  }),
  ruleAbout('settings', {
    id: 'snapshot-isolation',
    severity: 'info',
    title: 'what a transaction does when a row that it read has changed',
    why: 'With innodb_snapshot_isolation (the default from MariaDB 11.6.2) it fails with error 1020 and is run again.',
    remedy: null,
    verdict: ({ snapshotIsolation }) =>
      note(
        snapshotIsolation === null
          ? 'This server has no innodb_snapshot_isolation.'
          : `innodb_snapshot_isolation is ${snapshotIsolation ? 'on' : 'off'}.`,
      ),
  }),
];

function alterDatabase(database: string): string {
  return `ALTER DATABASE \`${database}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci; existing tables keep theirs.`;
}

function inMebibytes(bytes: number): string {
  return `${Number((bytes / MEBIBYTE).toFixed(1))} MiB`;
}
