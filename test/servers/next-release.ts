import { RefusedError } from '../../src/core/errors.js';
import { obtainServer, type ServerInstallation } from '../../src/sandbox/installation.js';
import { serverCache } from './run-folder.js';

/** Debian 13: MariaDB 11.8, where `innodb_snapshot_isolation` is on. */
const SUITE = 'trixie';

export type NextRelease = { installation: ServerInstallation } | { unavailable: string };

/**
 * MariaDB 11.8 with its Galera, out of the next Debian release, run with that release's own libraries; or why it
 * cannot be had here (no apt, no Debian mirror, no network), for a test to say so.
 */
export async function nextReleaseServer(): Promise<NextRelease> {
  try {
    const request = { packages: ['mariadb-server-core', 'galera-4'], suite: SUITE };
    return { installation: await obtainServer(request, serverCache()) };
  } catch (error) {
    if (error instanceof RefusedError) return { unavailable: `MariaDB of Debian ${SUITE}: ${error.message}` };
    throw error;
  }
}
