import type { ClusterFacts } from '../../core/cluster-facts.js';
import type { Observed } from '../../core/observed.js';
import type { Blocker } from '../../core/operations/blocker.js';
import type { OperationRecord, WorkRow } from '../../core/operations/operation-record.js';
import type { Uuid } from '../../core/uuid.js';
import type { SchemaFacts } from '../doctor/facts.js';

/**
 * Everything that the rules of audit check, by topic, as it was at one moment. A topic that was not looked at, because no
 * chosen rule needs it or because it costs a pass over whole tables, is `null`: its rules are skipped. Times are unix
 * seconds on the server's clock.
 */
export interface AuditFacts {
  readonly now: number;
  /** Younger things may be between two statements of whoever writes them, and are not accused. */
  readonly minAgeSeconds: number;
  readonly activity: Observed<Activity> | null;
  readonly schema: Observed<SchemaFacts> | null;
  readonly unknownStates: Observed<readonly StateOfOperation[]> | null;
  readonly retention: Observed<RetentionFacts> | null;
  readonly quiesced: Observed<readonly QuiescedNetwork[]> | null;
  /** Operation type → the newest version that every living node accepts; empty where none publishes any. */
  readonly accepted: Observed<ReadonlyMap<string, number>> | null;
  readonly leftovers: Observed<Leftovers> | null;
}

export type Topic = Exclude<keyof AuditFacts, 'now' | 'minAgeSeconds'>;

/** What is going on: the active operations, the whole work queue, and the objects that they are about. */
export interface Activity {
  readonly operations: readonly ActiveOperation[];
  /** Work rows whose operation is not active. */
  readonly strayWork: readonly StrayWork[];
  /** `type uuid` → what is known of the objects that active operations target. */
  readonly objects: ReadonlyMap<string, TargetObject>;
  readonly cluster: ClusterFacts;
  /** Whether only the first target of an operation can be recorded. */
  readonly oneTargetOnly: boolean;
}

export interface ActiveOperation {
  readonly record: OperationRecord;
  readonly blocker: Blocker;
}

export interface StrayWork {
  readonly row: WorkRow;
  readonly queuedAt: number;
  /** Null where the payload does not say. */
  readonly operation: { uuid: Uuid; type: string } | null;
  readonly hasHeader: boolean;
  /** Null where there is no state row. */
  readonly state: string | null;
}

export interface TargetObject {
  readonly type: string;
  readonly uuid: Uuid;
  readonly name: string | null;
  /** Null where it has no state row. */
  readonly state: string | null;
  /** Whether Shaken Fist keeps a row of it beside its state; null for types whose tables this program does not know. */
  readonly hasRow: boolean | null;
}

export interface StateOfOperation {
  readonly type: string;
  readonly uuid: Uuid;
  readonly state: string | null;
  readonly since: number;
}

export interface RetentionFacts {
  /** `CLUSTER_OPERATION_TARGET_RETENTION`; 0: never pruned. */
  readonly retentionSeconds: number;
  /** How often Shaken Fist prunes: `CLEANER_DELAY`. */
  readonly everySeconds: number;
  /** Target rows of operations that are not active and that should have been pruned, as far as was counted. */
  readonly overdue: number;
  /** Whether there are more than were counted. */
  readonly more: boolean;
  readonly oldest: number | null;
}

export interface QuiescedNetwork {
  readonly uuid: Uuid;
  readonly name: string | null;
  /** Its last terminal net_ops, newest first; all of them errors. */
  readonly failed: readonly Uuid[];
  readonly lastFailedAt: number;
}

/** What only a pass over whole tables finds. */
export interface Leftovers {
  readonly headersWithoutState: readonly StateOfOperation[];
  readonly statesWithoutHeader: readonly StateOfOperation[];
  readonly targetsWithoutOperation: readonly TargetRowLeft[];
}

export interface TargetRowLeft {
  readonly sequenceNumber: number | string;
  readonly operation: { uuid: Uuid; type: string };
  readonly object: { type: string; uuid: Uuid };
  readonly createdAt: number;
}

export function objectKey(type: string, uuid: Uuid): string {
  return `${type} ${uuid}`;
}
