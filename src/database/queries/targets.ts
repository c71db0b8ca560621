import { sql, type SQL } from 'drizzle-orm';
import type { OperationHeader, StateRow } from '../../core/operations/operation-record.js';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import { cheaperSide, IN_INDEX_ORDER, isActiveOperation, type Side } from './active-side.js';
import type { DatabaseDescription } from '../description.js';
import type { Session } from '../session.js';
import {
  operationHeader,
  operationTarget,
  stateRow,
  type HeaderColumns,
  type StateColumns,
  type TargetColumns,
} from './operation-rows.js';

/** A row of `cluster_operation_targets` with the state and the header of its operation. Times are unix seconds. */
export interface Target {
  sequenceNumber: number | string;
  operationUuid: Uuid;
  operationType: string;
  /** Null where the operation has no state row, or one without a value. */
  state: string | null;
  /** The whole state row; null where there is none. */
  stateRow: StateRow | null;
  /** Null where the row in `cluster_operations` is gone. */
  header: OperationHeader | null;
  objectType: string;
  objectUuid: Uuid;
  createdAt: number;
  /** Measurement only: does not count as pending (`cluster_operation_targets` v3; always false before). */
  observational: boolean;
}

export interface ObjectReference {
  /** The ENUM's name: `NETWORK`. */
  typeName: string;
  uuid: Uuid;
}

/** Every object of a type, or of any type. */
export interface Everything {
  typeName: string | null;
}

/**
 * The targets whose operation is active: for the given objects, or all of them. Every row counts, not the newest, and a
 * finished operation never hides an earlier one (database contract, section 6). Oldest first.
 *
 * Reads about two rows for each active operation or three for each recorded operation of the objects, whichever is
 * less (`active-side.ts`); for all objects, the former.
 */
export async function activeTargets(
  session: Session,
  description: DatabaseDescription,
  of: readonly ObjectReference[] | Everything,
): Promise<Target[]> {
  return (await activeTargetsUpTo(session, description, of, Infinity))!;
}

/** As `activeTargets`; null where there are more than `most`, of which no more is read then. */
export async function activeTargetsUpTo(
  session: Session,
  description: DatabaseDescription,
  of: readonly ObjectReference[] | Everything,
  most: number,
): Promise<Target[] | null> {
  if (Array.isArray(of) && of.length === 0) return [];
  const from = await activeFrom(session, description, of, WITH_HEADER);
  const limit = most === Infinity ? sql`` : sql`LIMIT ${most + 1}`;
  const targets = await readTargets(session, sql`${COLUMNS} ${from} ${limit}`);
  if (targets.length > most) return null;
  return targets.sort((a, b) => a.createdAt - b.createdAt || compareSequence(a, b));
}

/**
 * Active operations as `s` and their targets as `t`, joined in the order that costs less: left to itself, the optimizer
 * goes by estimates that may be far off.
 */
export async function activeFrom(
  session: Session,
  description: DatabaseDescription,
  of: readonly ObjectReference[] | Everything,
  joined: SQL,
): Promise<SQL> {
  const side: Side = 'typeName' in of ? 'active' : await cheaperSide(session, description, which(of));
  const isActive = isActiveOperation(description);
  return side === 'active'
    ? sql`FROM object_states s STRAIGHT_JOIN cluster_operation_targets t ON t.operation_uuid = s.object_uuid
        ${joined} WHERE ${isActive} AND ${which(of)} ${IN_INDEX_ORDER}`
    : sql`FROM cluster_operation_targets t STRAIGHT_JOIN object_states s ON s.object_uuid = t.operation_uuid
        ${joined} WHERE ${isActive} AND ${which(of)}`;
}

function compareSequence({ sequenceNumber: a }: Target, { sequenceNumber: b }: Target): number {
  return BigInt(a) < BigInt(b) ? -1 : 1;
}

export function newestFirst(one: Target, other: Target): number {
  return other.createdAt - one.createdAt || compareSequence(other, one);
}

/** Rows of `cluster_operation_targets` by their numbers, in the order of these; those that are gone are absent. */
export async function targetsByNumber(
  session: Session,
  description: DatabaseDescription,
  sequenceNumbers: readonly (number | string)[],
): Promise<Target[]> {
  if (sequenceNumbers.length === 0) return [];
  const found = await readTargets(
    session,
    sql`${COLUMNS} ${withState(description)} WHERE t.sequence_number IN ${[...sequenceNumbers]}`,
  );
  const byNumber = new Map(found.map((target) => [String(target.sequenceNumber), target]));
  return sequenceNumbers.flatMap((number) => byNumber.get(String(number)) ?? []);
}

/**
 * The newest recorded operations of one object, by `sequence_number`: the order of the index, so that no more is read
 * than is returned.
 *
 * @param below only those with a lower `sequence_number`; null: all
 */
export async function newestTargets(
  session: Session,
  description: DatabaseDescription,
  object: ObjectReference,
  limit: number,
  below: number | string | null = null,
): Promise<Target[]> {
  const isBelow = below === null ? sql`` : sql`AND t.sequence_number < ${below}`;
  return readTargets(
    session,
    sql`${COLUMNS} ${withState(description)}
      WHERE ${which([object])} ${isBelow} ORDER BY t.sequence_number DESC LIMIT ${limit}`,
  );
}

/**
 * The row with the highest `sequence_number` of one object, whatever its state: what Shaken Fist calls the last
 * cluster operation. On Galera that is not the latest in time, because nodes number their rows interleaved.
 */
export async function lastTarget(
  session: Session,
  description: DatabaseDescription,
  object: ObjectReference,
): Promise<Target | null> {
  const [last] = await readTargets(
    session,
    sql`${COLUMNS} ${withState(description)}
      WHERE ${which([object])} ORDER BY t.sequence_number DESC LIMIT 1`,
  );
  return last ?? null;
}

/**
 * Every column, so that an account which may not see all of them is refused. One that cannot see `observational` would
 * take an operation that only measures for one that holds the object, and the schema looks as if there were none.
 */
const COLUMNS = sql`SELECT t.*, s.state_value, s.update_time, s.message, o.created_at AS header_created_at,
  o.priority, o.node_uuid, o.metadata_json`;

const WITH_HEADER = sql`LEFT JOIN cluster_operations o ON o.uuid = REPLACE(t.operation_uuid, '-', '')`;

function withState(description: DatabaseDescription): SQL {
  return sql`FROM cluster_operation_targets t LEFT JOIN object_states s
    ON s.object_uuid = t.operation_uuid AND s.object_type IN ${description.operationLabels} ${WITH_HEADER}`;
}

/** The predicate on `cluster_operation_targets t` that selects the objects. */
export function which(of: readonly ObjectReference[] | Everything): SQL {
  if ('typeName' in of) return of.typeName === null ? sql`1` : sql`t.target_object_type = ${of.typeName}`;
  const types = [...new Set(of.map(({ typeName }) => typeName))];
  const alternatives = types.map((type) => {
    const uuids = of.filter(({ typeName }) => typeName === type).map(({ uuid }) => uuid);
    return sql`(t.target_object_type = ${type} AND t.target_uuid IN ${uuids})`;
  });
  return alternatives.length === 0 ? sql`0` : sql`(${sql.join(alternatives, sql` OR `)})`;
}

/** The state and header of one without them are null in all columns. */
type Row = TargetColumns & {
  [Column in keyof (StateColumns & Omit<HeaderColumns, 'created_at'>)]:
    (StateColumns & HeaderColumns)[Column] | null;
} & { header_created_at: number | null };

async function readTargets(session: Session, query: SQL): Promise<Target[]> {
  return (await session.rows<Row>(query)).map((row) => {
    const { sequenceNumber, objectType, uuid: objectUuid, createdAt, observational } = operationTarget(row);
    return {
      sequenceNumber,
      operationUuid: parseUuid(row.operation_uuid) ?? row.operation_uuid,
      operationType: row.operation_type,
      state: row.state_value,
      stateRow: row.update_time === null ? null : stateRow({ ...row, update_time: row.update_time }),
      header: headerOf(row),
      objectType,
      objectUuid,
      createdAt,
      observational,
    };
  });
}

function headerOf({
  header_created_at: createdAt,
  priority,
  node_uuid,
  metadata_json: json,
}: Row): OperationHeader | null {
  if (createdAt === null) return null;
  return operationHeader({ created_at: createdAt, priority, node_uuid, metadata_json: json ?? '' });
}
