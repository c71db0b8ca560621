import type { Observed } from '../observed.js';
import type { Uuid } from '../uuid.js';
import type { FoundDependency, FoundOperation } from './read-operation.js';

/**
 * Everything that the database holds about one operation: the read model from which every answer about operations is
 * made. Each part can be missing by itself, because Shaken Fist writes and deletes the rows of an operation in several
 * tables, and others write there too. Types, tasks, states and keys are kept as found: a newer Shaken Fist has more.
 *
 * All times are unix seconds, on the clock of whoever wrote the row.
 */
export interface OperationRecord {
  readonly uuid: Uuid;
  /** The type's value (`net_op`) by whichever row tells it: header, state, target, work row. Null: none does. */
  readonly type: string | null;
  /** Null where the row in `cluster_operations` is gone. */
  readonly header: OperationHeader | null;
  /** Null where there is no row in `object_states`. */
  readonly state: StateRow | null;
  /** Its rows in `work_queue`, in the order in which workers would take them; unknown where they were not looked up. */
  readonly work: Observed<readonly WorkRow[]>;
  /** Its rows in `cluster_operation_targets`, by `sequence_number`. */
  readonly targets: readonly OperationTarget[];
  /** Must complete first, or this operation is aborted. */
  readonly dependsOn: readonly RelatedOperation[];
  /** Must end first, however they end. */
  readonly runsAfter: readonly RelatedOperation[];
  /** The active operations that wait for this one; unknown where they were not looked for. */
  readonly requiredBy: Observed<readonly RelatedOperation[]>;
  /** The report of its failure, where there is one. */
  readonly error: OperationError | null;
}

/** A row of `cluster_operations`. */
export interface OperationHeader {
  readonly createdAt: number;
  readonly priority: string | null;
  readonly nodeUuid: Uuid | null;
  readonly stored: FoundOperation;
  /** `metadata_json` as it is in the row; JSON unless the row is damaged. */
  readonly metadataJson: string;
}

/** A row of `object_states`. */
export interface StateRow {
  /** Null where the row has no value. */
  readonly value: string | null;
  readonly since: number;
  readonly message: string | null;
}

/** A row of `work_queue`. */
export interface WorkRow {
  /** A bigint as text where it is beyond 2^53. */
  readonly id: number | string;
  readonly queueName: string;
  readonly scheduledAt: number;
  readonly claimedAt: number | null;
  /** The node of the database service that handed the row out, which is not the worker's. */
  readonly claimedBy: string | null;
  readonly attempts: number;
  /** How often it was put off; 0 for a row that was not. */
  readonly deferCount: number;
}

/** A row of `cluster_operation_targets`. */
export interface OperationTarget {
  readonly sequenceNumber: number | string;
  /** The type's value: `network`. */
  readonly objectType: string;
  readonly uuid: Uuid;
  readonly createdAt: number;
  /** Measurement only: does not count as pending (`cluster_operation_targets` v3; always false before). */
  readonly observational: boolean;
}

/** An operation as far as another one waits for it. */
export interface RelatedOperation {
  readonly uuid: Uuid;
  readonly type: string;
  readonly kind: 'depends_on' | 'runs_after';
  /** Null where it has no state: it does not exist (any more). */
  readonly state: string | null;
  /** Of its state; null where it has none, or where that was not looked up. */
  readonly since: number | null;
}

/** The one row of `cluster_operation_errors`, kept as text where it is of another form than expected. */
export interface OperationError {
  readonly code: string | null;
  readonly message: string | null;
  readonly details: unknown;
  readonly originClass: string | null;
  readonly traceback: string | null;
}

/** Unix seconds at which the operation was made, by its header or else its first target; null where neither is left. */
export function createdAtOf({ header, targets }: Pick<OperationRecord, 'header' | 'targets'>): number | null {
  return header?.createdAt ?? targets[0]?.createdAt ?? null;
}

/** Its work rows where they were looked up, none where not. */
export function workRowsOf({ work }: Pick<OperationRecord, 'work'>): readonly WorkRow[] {
  return 'value' in work ? work.value : [];
}

/** The work row that decides what happens next: one that is claimed, else the one that is due first. */
export function decisiveWorkRow(record: Pick<OperationRecord, 'work'>): WorkRow | null {
  const rows = workRowsOf(record);
  return rows.find(({ claimedAt }) => claimedAt !== null) ?? rows[0] ?? null;
}

/** The operations that its header names as those that it waits for. */
export function waitedForBy(header: OperationHeader | null): Uuid[] {
  const { dependsOn, runsAfter } = header?.stored ?? {};
  return [...(dependsOn ?? []), ...(runsAfter ?? [])].map(({ op_uuid: uuid }) => uuid);
}

/**
 * What an operation waits for, by its header.
 *
 * @param stateOf null for one without a state; its `since` may be unknown
 */
export function relatedBy(
  header: OperationHeader | null,
  stateOf: (uuid: Uuid) => { value: string | null; since: number | null } | null,
): Pick<OperationRecord, 'dependsOn' | 'runsAfter'> {
  const related = (
    kind: RelatedOperation['kind'],
    list: readonly FoundDependency[] | null | undefined,
  ): RelatedOperation[] =>
    (list ?? []).map(({ op_type: type, op_uuid: uuid }) => {
      const state = stateOf(uuid);
      return { uuid, type, kind, state: state?.value ?? null, since: state?.since ?? null };
    });
  return {
    dependsOn: related('depends_on', header?.stored.dependsOn),
    runsAfter: related('runs_after', header?.stored.runsAfter),
  };
}
