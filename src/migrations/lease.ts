import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { sql, type SQL } from 'drizzle-orm';
import { ConflictError, SfOpsError } from '../core/errors.js';
import { pythonJson } from '../core/python-json.js';
import { Database } from '../database/database.js';
import { deadlineIn } from '../database/limits.js';
import type { Session } from '../database/session.js';
import type { Operator } from './operator.js';

/** One migrator at a time in a cluster, whichever migration it runs and whichever node it talks to. */
const LOCK_KEY = 'sf-ops/migrate';

/** Shaken Fist's own terms for `cluster_locks` (database contract, section 4). */
const LEASE_SECONDS = 60;
const REFRESH_MS = 20_000;
const ASSURED_MS = 1_000;
const RELEASE_SECONDS = 5;

interface LeaseRow {
  lock_id: string;
  node_uuid: string;
  pid: number;
  holder_json: string;
  acquired_at: number;
  remaining: number;
}

/**
 * A leased lock in Shaken Fist's protocol: a row in `cluster_locks` whose `lock_id` is the fencing token. `GET_LOCK` is
 * no substitute, because it is local to a node. Only the server's clock counts.
 *
 * It is kept alive on a connection of its own, so that a long statement of the migration does not let it lapse.
 */
export class MigrationLease {
  readonly #token: string;
  readonly #database: Database;
  readonly #heartbeat: NodeJS.Timeout;
  #lost: Error | null = null;
  #assuredAt = performance.now();

  private constructor(database: Database, token: string) {
    this.#database = database;
    this.#token = token;
    this.#heartbeat = setInterval(
      () => void this.ensureHeld().catch((error: Error) => (this.#lost = error)),
      REFRESH_MS,
    );
    this.#heartbeat.unref();
  }

  /**
   * @param purpose what the holder does, for whoever finds the lease taken
   * @throws ConflictError naming the holder when another migrator is at work
   */
  static async acquire(database: Database, purpose: string): Promise<MigrationLease> {
    const own = new Database(database.settings, database.options);
    const token = randomUUID();
    try {
      const holder = await own.write({
        subject: 'the migration lease',
        work: async (session) => {
          await session.change(claim(token, purpose));
          return (await readLease(session))!;
        },
        isCommitted: async (session) => (await readLease(session))?.lock_id === token,
        inquiry: 'sf-ops migrate status',
      });
      if (holder.lock_id !== token) throw taken(holder);
    } catch (error) {
      await own.close();
      throw error;
    }
    return new MigrationLease(own, token);
  }

  /**
   * Extends the lease; to be called right before every statement that cannot be taken back.
   *
   * @throws ConflictError if it lapsed and another migrator may have begun
   */
  async ensureHeld(): Promise<void> {
    if (this.#lost !== null) throw this.#lost;
    // Extended a moment ago it cannot lapse for almost a minute; attempts in quick succession need not ask each time.
    if (performance.now() - this.#assuredAt > ASSURED_MS) await this.#extend();
  }

  async #extend(): Promise<void> {
    const sent = performance.now();
    const lease = await this.#database.write({
      subject: 'the migration lease',
      work: async (session) => {
        await session.change(sql`UPDATE cluster_locks SET expires_at = NOW() + INTERVAL ${LEASE_SECONDS} SECOND
          WHERE lock_key = ${LOCK_KEY} AND lock_id = ${this.#token}`);
        return readLease(session);
      },
      isCommitted: async () => true,
      inquiry: 'sf-ops migrate status',
    });
    if (lease?.lock_id === this.#token) {
      this.#assuredAt = sent;
      return;
    }
    throw new ConflictError('The migration lease lapsed and was taken over: this run stops here.', {
      word: 'lease_lost',
      hint: 'sf-ops migrate status shows how far things are; running the same command again continues from there.',
    });
  }

  /** Gives the lease up, after a signal or a deadline too; one that cannot be given up lapses by itself. */
  async release(operator: Operator): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.#database.close();
    const { settings, options } = this.#database;
    const last = new Database(settings, {
      ...options,
      signal: new AbortController().signal,
      deadline: deadlineIn(RELEASE_SECONDS),
    });
    try {
      await last.write({
        subject: 'the release of the migration lease',
        work: async (session) =>
          session.change(
            sql`DELETE FROM cluster_locks WHERE lock_key = ${LOCK_KEY} AND lock_id = ${this.#token}`,
          ),
        isCommitted: async (session) => (await readLease(session))?.lock_id !== this.#token,
        inquiry: 'sf-ops migrate status',
      });
    } catch (error) {
      if (!(error instanceof SfOpsError)) throw error;
      operator.warn(
        `The migration lease could not be given up and lapses within ${LEASE_SECONDS} s: ${error.message}`,
      );
    } finally {
      await last.close();
    }
  }
}

/** Who migrates at the moment, or null. */
export async function currentMigrator(session: Session): Promise<string | null> {
  const lease = await readLease(session);
  return lease === null || lease.remaining <= 0 ? null : describeHolder(lease);
}

/** One statement; `expires_at` is assigned last because every other assignment looks at its old value. */
function claim(token: string, purpose: string): SQL {
  const holder = pythonJson({ node: hostname(), pid: process.pid, operation: purpose });
  const lapsed = sql`expires_at < NOW()`;
  return sql`
    INSERT INTO cluster_locks (lock_key, holder_json, node_uuid, pid, lock_id, acquired_at, expires_at)
    VALUES (${LOCK_KEY}, ${holder}, ${hostname()}, ${process.pid}, ${token}, UNIX_TIMESTAMP(NOW(6)),
      NOW() + INTERVAL ${LEASE_SECONDS} SECOND)
    ON DUPLICATE KEY UPDATE
      holder_json = IF(${lapsed}, VALUES(holder_json), holder_json),
      node_uuid = IF(${lapsed}, VALUES(node_uuid), node_uuid),
      pid = IF(${lapsed}, VALUES(pid), pid),
      lock_id = IF(${lapsed}, VALUES(lock_id), lock_id),
      acquired_at = IF(${lapsed}, VALUES(acquired_at), acquired_at),
      expires_at = IF(${lapsed}, VALUES(expires_at), expires_at)`;
}

async function readLease(session: Session): Promise<LeaseRow | null> {
  const [row] = await session.rows<LeaseRow>(sql`
    SELECT lock_id AS lock_id, node_uuid AS node_uuid, pid AS pid, holder_json AS holder_json, acquired_at AS acquired_at,
      TIMESTAMPDIFF(SECOND, NOW(), expires_at) AS remaining
    FROM cluster_locks WHERE lock_key = ${LOCK_KEY}`);
  return row ?? null;
}

function taken(holder: LeaseRow): ConflictError {
  return new ConflictError(`Another migration is running: ${describeHolder(holder)}. Nothing was changed.`, {
    word: 'migration_running',
    hint: `Should that process have died, its lease lapses by itself in ${Math.max(1, holder.remaining)} s.`,
  });
}

function describeHolder({ node_uuid: node, pid, holder_json: json }: LeaseRow): string {
  let purpose: unknown;
  try {
    purpose = (JSON.parse(json) as { operation?: unknown } | null)?.operation;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return `process ${pid} on ${node}${typeof purpose === 'string' ? ` (${purpose})` : ''}`;
}
