import { sql } from 'drizzle-orm';
import type { ServerLoad } from '../core/pace.js';
import type { Database } from './database.js';
import { isPrivilegeMissing } from './server-errors.js';

type Measured = Omit<ServerLoad, 'batchSeconds'>;

/** Looks from time to time how the server, and the cluster behind it, fares; what it may not see it leaves out. */
export class ServerLoadMeter {
  /** Nanoseconds for which flow control had held writers back at the last look. */
  #pausedNs: number | null = null;
  #mayAskReplica = true;

  constructor(private readonly database: Database) {}

  async measure(): Promise<Measured> {
    const { galera } = await this.database.identity();
    return galera === null
      ? { isPaused: null, receiveQueue: null, lagSeconds: await this.#lag() }
      : { ...(await this.#galera()), lagSeconds: null };
  }

  async #galera(): Promise<Pick<Measured, 'isPaused' | 'receiveQueue'>> {
    const rows = await this.database.read(async (session) =>
      session.rows<{ Variable_name: string; Value: string }>(
        sql`SHOW GLOBAL STATUS WHERE Variable_name IN ('wsrep_flow_control_paused_ns', 'wsrep_local_recv_queue')`,
      ),
    );
    const value = (name: string): number | null => {
      const found = rows.find(({ Variable_name: variable }) => variable === name);
      return found === undefined ? null : Number(found.Value);
    };
    const before = this.#pausedNs;
    this.#pausedNs = value('wsrep_flow_control_paused_ns');
    return {
      isPaused: before === null || this.#pausedNs === null ? null : this.#pausedNs > before,
      receiveQueue: value('wsrep_local_recv_queue'),
    };
  }

  /** Seconds that a server which is itself a replica is behind; null for one that is none, or that will not say. */
  async #lag(): Promise<number | null> {
    if (!this.#mayAskReplica) return null;
    try {
      const rows = await this.database.read(async (session) =>
        session.rows<{ Seconds_Behind_Master: number | null }>(sql`SHOW ALL SLAVES STATUS`),
      );
      const lags = rows.flatMap(({ Seconds_Behind_Master: lag }) => (lag === null ? [] : [Number(lag)]));
      if (rows.length === 0) this.#mayAskReplica = false;
      return lags.length === 0 ? null : Math.max(...lags);
    } catch (error) {
      if (!isPrivilegeMissing(error)) throw error;
      this.#mayAskReplica = false;
      return null;
    }
  }
}
