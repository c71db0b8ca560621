import type { ClusterFacts } from '../../core/cluster-facts.js';
import { Names } from '../../core/names.js';
import {
  relatedBy,
  waitedForBy,
  type OperationHeader,
  type OperationRecord,
  type OperationTarget,
  type StateRow,
} from '../../core/operations/operation-record.js';
import { isTerminal } from '../../core/operations/state.js';
import type { Uuid } from '../../core/uuid.js';
import { chunks } from '../chunks.js';
import type { DatabaseDescription } from '../description.js';
import { askTogether } from '../questions.js';
import type { Session } from '../session.js';
import { clusterFactsFrom, clusterQuestions } from './cluster-facts.js';
import { nameQuestions, namesFrom } from './names.js';
import { errorsQuestion, headersQuestion, statesQuestion, targetsQuestion } from './operation-rows.js';
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
      const target = targets.get(uuid);
      if (header === undefined && state === undefined && target === undefined) continue;
      parts.push({
        uuid,
        type: header?.type ?? state?.type ?? target?.type ?? null,
        header: header?.header ?? null,
        state: state?.row ?? null,
        targets: target?.targets ?? [],
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
  await queue.prepare(session);
  for (const chunk of chunks(all)) {
    const sought = chunk.filter(mayHaveWork).map(workSought);
    const failed = chunk.filter(({ state }) => state?.value === 'error').map(({ uuid }) => uuid);
    const needsCluster: boolean = cluster === null && (named !== false || sought.length > 0);
    const waitedFor = chunk.flatMap(({ header }) => waitedForBy(header));
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
      records.set(part.uuid, {
        ...part,
        work: work.get(part.uuid) ?? HAS_ENDED,
        ...relatedBy(part.header, (uuid) => states.get(uuid)?.row ?? null),
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
