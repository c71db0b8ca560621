import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { eq, sql, type SQL } from 'drizzle-orm';
import { ConflictError, SfOpsError } from '../core/errors.js';
import { isRecord, parseJson } from '../core/json.js';
import { pythonJson } from '../core/python-json.js';
import type { Database } from './database.js';
import { deadlineIn } from './limits.js';
import { clusterLocks } from './schema.js';
import type { Session } from './session.js';

/** Shaken Fist's own terms for `cluster_locks` (database contract, section 4). */
const LEASE_SECONDS = 60;
const REFRESH_MS = 20_000;
const ASSURED_MS = 1_000;
const RELEASE_SECONDS = 5;

/** What is asked for. */
export interface LeaseRequest {
  /** The row's key, the same for all who exclude each other: `sf-ops/migrate`. */
  key: string;
  /** What the holder does, for whoever finds the lease taken: `sf-ops migrate apply`. */
  purpose: string;
  /** The command that tells how things are, should the database not say whether the lease was written. */
  inquiry: string;
}

/** Who holds a lease. */
export interface LeaseHolder {
  /** `process 7 on db9 (sf-ops migrate apply)`. */
  description: string;
  /** Until it lapses by itself, unless the holder lives and extends it. */
  seconds: number;
}

/** Somebody else holds it. */
export class LeaseTakenError extends ConflictError {
  constructor(
    readonly key: string,
    readonly holder: LeaseHolder,
  ) {
    super(`${key} is held by ${holder.description}. Nothing was changed.`, {
      word: 'locked',
      hint: whenItLapses(holder),
    });
  }
}

interface LeaseRow {
  lockId: string;
  nodeUuid: string;
  pid: number;
  holderJson: string;
  remaining: number;
}

/**
 * A leased lock in Shaken Fist's protocol: a row in `cluster_locks` whose `lock_id` is the fencing token. `GET_LOCK` is
 * no substitute, because it is local to a node. Only the server's clock counts.
 *
 * It is kept alive on a connection of its own, so that a long statement of the holder does not let it lapse.
 */
export class Lease {
  readonly #lost = new AbortController();
  /** Ends what the heartbeat is doing, its retries too: nothing may open the connection again once it is closed. */
  readonly #over = new AbortController();
  readonly #database: Database;
  readonly #heartbeat: NodeJS.Timeout;
  #beating: Promise<void> | null = null;
  #assuredAt = performance.now();

  private constructor(
    database: Database,
    private readonly request: LeaseRequest,
    private readonly token: string,
  ) {
    this.#database = database.with({ signal: this.#over.signal });
    this.#heartbeat = setInterval(() => void (this.#beating ??= this.#beat()), REFRESH_MS);
    this.#heartbeat.unref();
    const { signal } = database.options;
    signal.addEventListener('abort', () => this.#over.abort(signal.reason), {
      once: true,
      signal: this.#over.signal,
    });
  }

  /** @throws LeaseTakenError naming the holder */
  static async acquire(database: Database, request: LeaseRequest): Promise<Lease> {
    const token = randomUUID();
    const { key, purpose, inquiry } = request;
    const row = await database.write({
      subject: `the lease ${key}`,
      work: async (session) => {
        await session.change(claim(key, token, purpose));
        return (await readLease(session, key))!;
      },
      isCommitted: async (session) => (await readLease(session, key))?.lockId === token,
      inquiry,
    });
    if (row.lockId !== token) throw new LeaseTakenError(key, holderOf(row));
    return new Lease(database, request, token);
  }

  /** Aborted, with the reason, once the lease is not ours any more or could not be extended for as long as it lasts. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Extends the lease; to be called right before every statement that cannot be taken back.
   *
   * @throws ConflictError if it lapsed and another may have begun
   */
  async ensureHeld(): Promise<void> {
    this.lost.throwIfAborted();
    // Extended a moment ago it cannot lapse for almost a minute; statements in quick succession need not ask each time.
    if (performance.now() - this.#assuredAt > ASSURED_MS) await this.#extend();
  }

  /**
   * Gives the lease up, after a signal or a deadline too; one that cannot be given up lapses by itself.
   *
   * @param warn told why it could not be given up
   */
  async release(warn: (text: string) => void): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#over.abort();
    await this.#beating;
    await this.#database.close();
    const last = this.#database.with({
      signal: new AbortController().signal,
      deadline: deadlineIn(RELEASE_SECONDS),
    });
    const { key, inquiry } = this.request;
    try {
      await last.write({
        subject: `the release of the lease ${key}`,
        work: async (session) =>
          session.change(sql`DELETE FROM cluster_locks WHERE lock_key = ${key} AND lock_id = ${this.token}`),
        isCommitted: async (session) => (await readLease(session, key))?.lockId !== this.token,
        inquiry,
      });
    } catch (error) {
      if (!(error instanceof SfOpsError)) throw error;
      warn(`The lease ${key} could not be given up and lapses within ${LEASE_SECONDS} s: ${error.message}`);
    } finally {
      await last.close();
    }
  }

  async #beat(): Promise<void> {
    try {
      await this.#extend();
    } catch (error) {
      const isOver = error instanceof ConflictError || this.#secondsUnassured() >= LEASE_SECONDS;
      if (isOver && !this.#over.signal.aborted) this.#lost.abort(error);
    } finally {
      this.#beating = null;
    }
  }

  #secondsUnassured(): number {
    return (performance.now() - this.#assuredAt) / 1000;
  }

  async #extend(): Promise<void> {
    const sent = performance.now();
    const { key, inquiry } = this.request;
    const row = await this.#database.write({
      subject: `the lease ${key}`,
      work: async (session) => {
        await session.change(sql`UPDATE cluster_locks SET expires_at = NOW() + INTERVAL ${LEASE_SECONDS} SECOND
          WHERE lock_key = ${key} AND lock_id = ${this.token}`);
        return readLease(session, key);
      },
      isCommitted: async () => true,
      inquiry,
    });
    if (row?.lockId === this.token) {
      this.#assuredAt = sent;
      return;
    }
    throw new ConflictError(`The lease ${key} lapsed and was taken over: this run stops here.`, {
      word: 'lease_lost',
      hint: 'Running the same command again continues from where things are.',
    });
  }
}

/** Who holds a lease at the moment, or null. */
export async function leaseHolder(session: Session, key: string): Promise<LeaseHolder | null> {
  const row = await readLease(session, key);
  return row === null || row.remaining <= 0 ? null : holderOf(row);
}

export function whenItLapses({ seconds }: LeaseHolder): string {
  return `Should that process have died, its lease lapses by itself in ${Math.max(1, seconds)} s.`;
}

/** One statement; `expires_at` is assigned last because every other assignment looks at its old value. */
function claim(key: string, token: string, purpose: string): SQL {
  const holder = pythonJson({ node: hostname(), pid: process.pid, operation: purpose });
  const lapsed = sql`expires_at < NOW()`;
  return sql`
    INSERT INTO cluster_locks (lock_key, holder_json, node_uuid, pid, lock_id, acquired_at, expires_at)
    VALUES (${key}, ${holder}, ${hostname()}, ${process.pid}, ${token}, UNIX_TIMESTAMP(NOW(6)),
      NOW() + INTERVAL ${LEASE_SECONDS} SECOND)
    ON DUPLICATE KEY UPDATE
      holder_json = IF(${lapsed}, VALUES(holder_json), holder_json),
      node_uuid = IF(${lapsed}, VALUES(node_uuid), node_uuid),
      pid = IF(${lapsed}, VALUES(pid), pid),
      lock_id = IF(${lapsed}, VALUES(lock_id), lock_id),
      acquired_at = IF(${lapsed}, VALUES(acquired_at), acquired_at),
      expires_at = IF(${lapsed}, VALUES(expires_at), expires_at)`;
}

async function readLease(session: Session, key: string): Promise<LeaseRow | null> {
  const { lockKey, lockId, nodeUuid, pid, holderJson, expiresAt } = clusterLocks;
  const remaining = sql<number>`TIMESTAMPDIFF(SECOND, NOW(), ${expiresAt})`;
  const [row] = await session.db
    .select({ lockId, nodeUuid, pid, holderJson, remaining })
    .from(clusterLocks)
    .where(eq(lockKey, key));
  return row ?? null;
}

function holderOf({ nodeUuid: node, pid, holderJson: json, remaining }: LeaseRow): LeaseHolder {
  const held = parseJson(json);
  const purpose = isRecord(held) ? held.operation : null;
  const what = typeof purpose === 'string' ? ` (${purpose})` : '';
  return { description: `process ${pid} on ${node}${what}`, seconds: remaining };
}
