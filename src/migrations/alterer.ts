import type { Lease } from '../database/lease.js';
import type { Deadline } from '../database/limits.js';
import type { AlterTerms, Phase } from './alteration.js';
import type { Interaction } from './interaction.js';
import type { Servers } from './servers.js';

/** What a schema change may use while it runs. */
export interface Alterer {
  servers: Servers;
  lease: Pick<Lease, 'ensureHeld' | 'lost'>;
  interaction: Interaction;
  /** How long to wait for a quiet moment (`--max-wait`). */
  waitDeadline: Deadline;
  /** What this run has changed so far; whoever tells of a failure tells of it too. */
  done: AlterationReport[];
}

/** What a schema change took, for the report. */
export interface AlterationReport {
  phase: Phase;
  sql: string;
  algorithm: AlterTerms['algorithm'];
  lock: AlterTerms['lock'];
  /** How often the statement was sent. */
  attempts: number;
  waited_seconds: number;
  /** Galera only: how many transactions the nodes aborted in that moment, at most. Null on a standalone server. */
  killed_transactions: number | null;
}
