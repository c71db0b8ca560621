import { sql, type SQL } from 'drizzle-orm';
import type { ConnectionSettings } from '../../src/configuration/connection-settings.js';
import { ConflictError, UnavailableError } from '../../src/core/errors.js';
import { Connector } from '../../src/database/connector.js';
import { Database } from '../../src/database/database.js';
import { isDeadlock } from '../../src/database/server-errors.js';
import type { Session, SessionOptions } from '../../src/database/session.js';
import type { Transaction } from '../../src/database/transaction.js';

/** Reads what the node happens to have applied, as a program does that knows nothing of Galera. */
class WithoutCausalReads extends Database {
  constructor(settings: ConnectionSettings, options: SessionOptions) {
    super(settings, options, new ImpatientConnector(settings, options));
  }
}

class ImpatientConnector extends Connector {
  readonly #loosened = new WeakSet<Session>();

  override async begin(opening: SQL): Promise<Session> {
    const session = await this.session();
    if (!this.#loosened.has(session)) {
      this.#loosened.add(session);
      await session.db.execute(sql`SET SESSION wsrep_sync_wait = 0`);
    }
    return super.begin(opening);
  }
}

/** Takes a COMMIT that is not answered for one that failed, as most programs do. */
class WithoutOutcomeLookUp extends Database {
  override async write<T>(transaction: Transaction<T>): Promise<T> {
    try {
      const session = await this.session();
      await session.db.execute(sql`START TRANSACTION`);
      const result = await transaction.work(session);
      await session.db.execute(sql`COMMIT`);
      return result;
    } catch (cause) {
      await this.drop();
      if (isDeadlock(cause)) throw new ConflictError('certification failed', { cause });
      throw new UnavailableError('the connection was lost', { cause });
    }
  }
}

/** The product's database, and two with a mistake that the checker must find. */
export const DATABASES = {
  product: Database,
  'without causal reads': WithoutCausalReads,
  'without outcome look-up': WithoutOutcomeLookUp,
} as const;

export type Make = keyof typeof DATABASES;
