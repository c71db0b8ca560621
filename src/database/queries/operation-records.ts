import { sql } from 'drizzle-orm';
import type { ClusterFacts } from '../../core/cluster-facts.js';
import { isRecord } from '../../core/json.js';
import { Names } from '../../core/names.js';
import { valueOfObjectType } from '../../core/object-types.js';
import type {
  OperationError,
  OperationHeader,
  OperationRecord,
  OperationTarget,
  RelatedOperation,
  StateRow,
} from '../../core/operations/operation-record.js';
import type { FoundDependency } from '../../core/operations/read-operation.js';
import { isTerminal } from '../../core/operations/state.js';
import { parseUuid, undashed, type Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../description.js';
import { answered, askTogether, optionalQuestion, question, type Question } from '../questions.js';
import type { Session } from '../session.js';
import { clusterFactsFrom, clusterQuestions } from './cluster-facts.js';
import { nameQuestions, namesFrom } from './names.js';
import { operationHeader, type HeaderRow } from './operation-header.js';
import type { Target } from './targets.js';
import { WorkQueue, type WorkRows, type WorkSought } from './work-queue.js';

/** An operation as seen from one of its targets. */
export interface RecordedTarget {
  target: OperationTarget;
  record: OperationRecord;
}

/** What was found at targets, in their order, and what decides whether it goes on. */
export interface RecordedTargets {
  recorded: readonly RecordedTarget[];
  cluster: ClusterFacts;
  names: Names;
}

/** Operations, and what decides whether they go on. */
export interface Records {
  records: ReadonlyMap<Uuid, OperationRecord>;
  cluster: ClusterFacts;
  /** Of the operations, of what they wait for, and of their targets, where names were asked for. */
  names: Names;
}

export interface RecordOptions {
  /** Whether names are looked up as well, in the same round trip; `objects`: no short forms of uuids. */
  named?: boolean | 'objects';
  /** Shared by those who read one long list in portions; by default each call looks for itself. */
  queue?: WorkQueue;
  /** Where it was read before. */
  cluster?: ClusterFacts;
}

/** Operations completed with one statement; keeps every packet far below `max_allowed_packet`. */
export const RECORDS_AT_ONCE = 1000;

const NOBODY: ClusterFacts = { nodes: [], checkinMaximumSeconds: 120, staleClaimSeconds: 1800 };
const HAS_ENDED: WorkRows = { unknown: 'it has ended' };
const NOT_ASKED = { unknown: 'not looked for' };

/** What the rows of one operation say by themselves. */
interface Parts {
  uuid: Uuid;
  type: string | null;
  header: OperationHeader | null;
  state: StateRow | null;
  targets: readonly OperationTarget[];
}

/**
 * The operations of targets that were found, completed by their work rows, the states of what they wait for, and the
 * reports of those that failed: one round trip a thousand operations, and more only for what has to be searched. A
 * record holds the targets that were handed in, not every target of its operation. To be run in the snapshot that the
 * targets were read in.
 *
 * @param now unix seconds
 */
export async function recordsAt(
  session: Session,
  description: DatabaseDescription,
  targets: readonly Target[],
  now: number,
  options: RecordOptions = {},
): Promise<RecordedTargets> {
  const parts = new Map<Uuid, Parts & { targets: OperationTarget[] }>();
  const seen = targets.map((target) => {
    const { operationUuid: uuid, operationType: type, header, stateRow: state } = target;
    const { sequenceNumber, objectType, objectUuid, createdAt, observational } = target;
    const row = { sequenceNumber, objectType, uuid: objectUuid, createdAt, observational };
    if (!parts.has(uuid)) parts.set(uuid, { uuid, type, header, state, targets: [] });
    parts.get(uuid)!.targets.push(row);
    return { uuid, target: row };
  });
  const { records, ...facts } = await complete(session, description, [...parts.values()], now, options);
  return { recorded: seen.map(({ uuid, target }) => ({ target, record: records.get(uuid)! })), ...facts };
}

/**
 * Everything about operations given by uuid; of one that left no row at all nothing is returned. Two round trips a
 * thousand operations, and more only for what has to be searched.
 *
 * @param now unix seconds
 */
export async function readRecords(
  session: Session,
  description: DatabaseDescription,
  uuids: readonly Uuid[],
  now: number,
  options: RecordOptions = {},
): Promise<Records> {
  const parts: Parts[] = [];
  for (const chunk of chunks([...new Set(uuids)])) {
    const { headers, states, targets } = await askTogether(session, {
      headers: headersQuestion(chunk),
      states: statesQuestion(description, chunk),
      targets: targetsQuestion(chunk),
    });
    for (const uuid of chunk) {
      const header = headers.get(uuid);
      const state = states.get(uuid);
      const [target] = targets.get(uuid) ?? [];
      if (header === undefined && state === undefined && target === undefined) continue;
      parts.push({
        uuid,
        type: header?.type ?? state?.type ?? target?.type ?? null,
        header: header?.header ?? null,
        state: state?.row ?? null,
        targets: (targets.get(uuid) ?? []).map(({ target: found }) => found),
      });
    }
  }
  return complete(session, description, parts, now, options);
}

async function complete(
  session: Session,
  description: DatabaseDescription,
  all: readonly Parts[],
  now: number,
  { named = false, ...given }: RecordOptions,
): Promise<Records> {
  const records = new Map<Uuid, OperationRecord>();
  let cluster: ClusterFacts | null = given.cluster ?? null;
  let names = Names.NONE;
  const queue = given.queue ?? new WorkQueue(now, all.filter(mayHaveWork).length);
  for (const chunk of chunks(all)) {
    const sought = chunk.filter(mayHaveWork).map(workSought);
    const failed = chunk.filter(({ state }) => state?.value === 'error').map(({ uuid }) => uuid);
    const needsCluster: boolean = cluster === null && (named !== false || sought.length > 0);
    const waitedFor = chunk.flatMap(waitedForBy);
    const toName = {
      objects: chunk.flatMap(({ targets }) => targets),
      operations: [...chunk.map(({ uuid }) => uuid), ...waitedFor],
    };
    const { likely, states, errors, ...answers } = await askTogether(session, {
      likely: queue.likelyRows(sought),
      states: statesQuestion(description, waitedFor),
      errors: errorsQuestion(failed),
      ...(needsCluster ? clusterQuestions(description) : {}),
      ...(named === false ? {} : nameQuestions(description, toName, named === true)),
    });
    if (needsCluster) cluster = clusterFactsFrom(answers as Parameters<typeof clusterFactsFrom>[0]);
    if (named !== false)
      names = names.with(
        namesFrom(answers as unknown as Parameters<typeof namesFrom>[0], cluster?.nodes ?? []),
      );
    const work = await queue.complete(session, sought, likely);
    for (const part of chunk) {
      const stateOf = (uuid: Uuid): StateRow | null => states.get(uuid)?.row ?? null;
      records.set(part.uuid, {
        ...part,
        work: work.get(part.uuid) ?? HAS_ENDED,
        dependsOn: related(part.header?.stored.dependsOn, 'depends_on', stateOf),
        runsAfter: related(part.header?.stored.runsAfter, 'runs_after', stateOf),
        requiredBy: NOT_ASKED,
        error: errors.get(part.uuid) ?? null,
      });
    }
  }
  return { records, cluster: cluster ?? NOBODY, names };
}

/** Only what has ended has no work row for sure; in a state that is unknown here it may. */
function mayHaveWork({ state }: Parts): boolean {
  return !isTerminal(state?.value ?? null);
}

function workSought({ uuid, type, header }: Parts): WorkSought {
  return {
    uuid,
    type,
    createdAt: header?.createdAt ?? null,
    nodeUuid: header?.nodeUuid ?? null,
    priority: header?.priority ?? null,
  };
}

function waitedForBy({ header }: Parts): Uuid[] {
  const { dependsOn, runsAfter } = header?.stored ?? {};
  return [...(dependsOn ?? []), ...(runsAfter ?? [])].map(({ op_uuid: uuid }) => uuid);
}

function related(
  dependencies: readonly FoundDependency[] | null | undefined,
  kind: RelatedOperation['kind'],
  stateOf: (uuid: Uuid) => StateRow | null,
): RelatedOperation[] {
  return (dependencies ?? []).map(({ op_type: type, op_uuid: uuid }) => ({
    uuid,
    type,
    kind,
    state: stateOf(uuid)?.value ?? null,
    since: stateOf(uuid)?.since ?? null,
  }));
}

function headersQuestion(
  uuids: readonly Uuid[],
): Question<Map<Uuid, { type: string; header: OperationHeader }>> {
  return question(
    sql`SELECT uuid, operation_type, created_at, priority, node_uuid, metadata_json
      FROM cluster_operations WHERE uuid IN ${uuids.map(undashed)}`,
    (rows: (HeaderRow & { uuid: string; operation_type: string })[]) =>
      new Map(
        rows.map((row) => [
          parseUuid(row.uuid) ?? row.uuid,
          { type: row.operation_type, header: operationHeader(row) },
        ]),
      ),
  );
}

/** Of several state rows (one without a label beside one with) the active one counts, as it does for Shaken Fist. */
function statesQuestion(
  description: DatabaseDescription,
  uuids: readonly Uuid[],
): Question<Map<Uuid, { type: string; row: StateRow }>> {
  if (uuids.length === 0) return answered(new Map<Uuid, { type: string; row: StateRow }>());
  return question(
    sql`SELECT object_uuid, object_type, state_value, update_time, message FROM object_states
      WHERE object_type IN ${description.operationLabels} AND object_uuid IN ${[...new Set(uuids)]}`,
    (
      rows: {
        object_uuid: string;
        object_type: string;
        state_value: string | null;
        update_time: number;
        message: string | null;
      }[],
    ) => {
      const states = new Map<Uuid, { type: string; row: StateRow }>();
      for (const row of rows) {
        const uuid = parseUuid(row.object_uuid) ?? row.object_uuid;
        if (states.has(uuid) && isTerminal(row.state_value)) continue;
        states.set(uuid, {
          type: valueOfObjectType(row.object_type),
          row: { value: row.state_value, since: row.update_time, message: row.message },
        });
      }
      return states;
    },
  );
}

function targetsQuestion(
  uuids: readonly Uuid[],
): Question<Map<Uuid, { type: string; target: OperationTarget }[]>> {
  return question(
    // Every column, so that an account which may not see `observational` is refused instead of misled.
    sql`SELECT * FROM cluster_operation_targets WHERE operation_uuid IN ${uuids} ORDER BY sequence_number`,
    (rows: TargetColumns[]) => {
      const targets = new Map<Uuid, { type: string; target: OperationTarget }[]>();
      for (const row of rows) {
        const uuid = parseUuid(row.operation_uuid) ?? row.operation_uuid;
        if (!targets.has(uuid)) targets.set(uuid, []);
        targets.get(uuid)!.push({
          type: row.operation_type,
          target: {
            sequenceNumber: row.sequence_number,
            objectType: valueOfObjectType(row.target_object_type),
            uuid: parseUuid(row.target_uuid) ?? row.target_uuid,
            createdAt: row.created_at,
            observational: row.observational === 1,
          },
        });
      }
      return targets;
    },
  );
}

interface TargetColumns {
  sequence_number: number | string;
  operation_uuid: string;
  operation_type: string;
  target_object_type: string;
  target_uuid: string;
  created_at: number;
  observational?: number | null;
}

/** Where the table is missing or may not be read, a failure has no report; its state says that it failed. */
function errorsQuestion(uuids: readonly Uuid[]): Question<Map<Uuid, OperationError>> {
  if (uuids.length === 0) return answered(new Map<Uuid, OperationError>());
  return optionalQuestion(
    sql`SELECT op_uuid, error_report FROM cluster_operation_errors WHERE op_uuid IN ${uuids.map(undashed)}`,
    (rows: { op_uuid: string; error_report: string | null }[]) =>
      new Map(rows.map((row) => [parseUuid(row.op_uuid) ?? row.op_uuid, errorReport(row.error_report)])),
    new Map<Uuid, OperationError>(),
  );
}

function errorReport(text: string | null): OperationError {
  const report = parsed(text);
  if (!isRecord(report))
    return { code: null, message: text, details: null, originClass: null, traceback: null };
  const textOf = (key: string): string | null => {
    const value = report[key];
    return typeof value === 'string'
      ? value
      : value === undefined || value === null
        ? null
        : JSON.stringify(value);
  };
  return {
    code: textOf('code'),
    message: textOf('message'),
    details: report.details ?? null,
    originClass: textOf('origin_class'),
    traceback: textOf('traceback'),
  };
}

function parsed(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function* chunks<T>(items: readonly T[]): Iterable<T[]> {
  for (let start = 0; start < items.length; start += RECORDS_AT_ONCE)
    yield items.slice(start, start + RECORDS_AT_ONCE);
}
