/** Shaken Fist refuses to start on an older server (database contract, section 1). */
export const OLDEST_MARIADB = [10, 11, 0] as const;

/** Whether Shaken Fist starts on a server of this version, as `VERSION()` says it: `10.11.6-MariaDB-log`. */
export function isSupportedVersion(version: string): boolean {
  const match = /^(\d+)\.(\d+)\.(\d+)/.exec(version);
  if (match === null || !/mariadb/i.test(version)) return false;
  const numbers = match.slice(1).map(Number);
  const differing = OLDEST_MARIADB.findIndex((least, i) => numbers[i] !== least);
  return differing === -1 || numbers[differing]! > OLDEST_MARIADB[differing]!;
}

/** A Galera node as it sees itself. */
export interface GaleraStatus {
  /** `wsrep_cluster_status`: `Primary`, `non-Primary` or `Disconnected`. */
  readonly clusterStatus: string;
  /** `wsrep_local_state_comment`: `Synced`, `Donor/Desynced`, `Joined`, … */
  readonly localState: string;
}

/**
 * Why a Galera node must not be asked, the more serious reason first: it refuses work, or answers from the past. Null
 * where it may.
 */
export function galeraUnfitness({
  clusterStatus,
  localState,
}: GaleraStatus): 'not_primary' | 'not_synced' | null {
  if (clusterStatus !== 'Primary') return 'not_primary';
  return localState === 'Synced' ? null : 'not_synced';
}

/** The part of the time, 0 to 1, in which flow control holds up a cluster so much that writers notice. */
export const NOTICEABLE_PAUSE = 0.1;

/** How a Galera node must run schema changes; with `RSU` they reach this node only, and the next write breaks the others. */
export const SCHEMA_UPGRADE_METHOD = 'TOI';
