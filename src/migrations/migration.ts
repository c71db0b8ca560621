import type { Privilege } from '../core/account-privileges.js';
import type { Session } from '../database/session.js';
import type { Finding } from '../core/finding.js';
import type { Database } from '../database/database.js';
import type { Phase } from './alteration.js';
import type { MigrationId } from './ids.js';
import type { AlterationReport, Alterer } from './alterer.js';
import type { Servers } from './servers.js';
import type { PreflightRule } from './preflight/rule.js';

/**
 * `pending`: nothing was done yet. `in_progress`: a part was, and `apply` goes on from there. `applied`: table and
 * version agree. `blocked`: they contradict each other, or are of a Shaken Fist that this program does not know.
 */
export type MigrationState = 'pending' | 'in_progress' | 'applied' | 'blocked';

/** Where a migration stands in one database, found by looking at the table and not only at its version. */
export interface MigrationStatus {
  state: MigrationState;
  /** Null where Shaken Fist's ledger has no row for the table. */
  currentVersion: number | null;
  /** In a sentence: what is there, and what comes next. */
  detail: string;
}

/** What the operator asked for. */
export interface ApplyRequest {
  /** Stop after hiding, or go all the way; null = all the way. */
  phase: 'hide' | 'drop' | null;
  /** Where to keep values that a drop would lose. */
  backup: string | null;
  daemonsStopped: boolean;
  /** Go ahead although some rules could not look. */
  acceptUnknown: boolean;
}

/** One statement of the plan and what others will notice of it. */
export interface PlannedStatement {
  phase: Phase | 'backup' | 'stamp' | 'backfill';
  sql: string;
  lock: string;
}

/** What `verify` found on one node, as the API tells it. */
export interface Check {
  node: string;
  name: string;
  result: 'pass' | 'fail' | 'unknown';
  detail: string;
}

/** What `apply` did. */
export interface Applied {
  outcome: 'applied' | 'already_applied' | 'hidden' | 'already_hidden' | 'not_verified';
  alterations: AlterationReport[];
  /** Values kept before a drop. */
  backup: { file: string; rows: number; sha256: string } | null;
  /** Rows written for operations that had lost targets. */
  backfilled: BackfillRow[];
  /** True if this run set the version. */
  stamped: boolean;
  checks: Check[];
}

export interface BackfillRow {
  operation_uuid: string;
  operation_type: string;
  target_object_type: string;
  target_uuid: string;
  /** When the operation was enqueued: unix seconds. */
  created_at: number;
}

/** What `restore` did. */
export interface Restored {
  outcome: 'restored' | 'nothing_to_restore';
  alterations: AlterationReport[];
  /** Null without `--from`. */
  values: RestoredValues | null;
  /** The version of the table afterwards. */
  version: number | null;
}

export interface RestoredValues {
  file: string;
  /** Values in the file. */
  total: number;
  restored: number;
  /** Rows that had a value already, this one or a newer; it stays. */
  kept: number;
  /** Rows that do not exist any more. */
  missing: number;
  /** Whether the column now holds exactly what was backed up; null where rows are missing or hold newer values. */
  exact: boolean | null;
}

/** How a migration is undone. */
export interface Undo {
  /** What it would do, in a sentence, for the question that is asked first; null if there is nothing to do. */
  plan(this: void, database: Database, from: string | null): Promise<string | null>;
  /** Undoes what was done, from wherever `apply` or an earlier undo stopped. The lease is held. */
  run(this: void, alterer: Alterer, from: string | null): Promise<Restored>;
}

/** A change of one table, as Shaken Fist would make it, and everything around it that makes it safe. */
export interface Migration {
  readonly id: MigrationId;
  readonly table: string;
  readonly fromVersion: number;
  readonly toVersion: number;
  /** In a few words, for tables and questions. */
  readonly summary: string;
  readonly rules: readonly PreflightRule[];
  /** How to undo it; or why nobody can, in a clause. */
  readonly undo: Undo | { impossible: string };
  /** Whether it takes something away, and so can hide it first (`--phase`) and keep it (`--backup`). */
  readonly takesAway: boolean;
  /** What it needs on its table beside SELECT and ALTER. */
  readonly privileges: readonly Privilege[];
  status(session: Session): Promise<MigrationStatus>;
  /** What remains to be done by table and version; empty when nothing does. */
  plan(session: Session, servers: Servers, request: ApplyRequest): Promise<PlannedStatement[]>;
  /**
   * Whether something remains although the state is `applied`, which only a look at many rows tells: `apply` takes it,
   * `plan` does not. Null where there can be no such thing.
   */
  readonly hasLeftovers: ((servers: Servers) => Promise<boolean>) | null;
  /** Whether every node is as the migration leaves it. */
  verify(servers: Servers): Promise<Finding[]>;
  /** Does what remains, from wherever an earlier run stopped. Preflight has passed and the lease is held. */
  apply(alterer: Alterer, request: ApplyRequest): Promise<Applied>;
}

export function nothingApplied(outcome: Applied['outcome']): Applied {
  return { outcome, alterations: [], backup: null, backfilled: [], stamped: false, checks: [] };
}
