import type { ClusterFacts } from '../cluster-facts.js';
import { formatDuration } from '../duration.js';
import { consumersOf, undrainedSentence, whyUndrained } from '../queue-consumers.js';
import { blockerOf } from './blocker.js';
import { findOperationType } from './catalogue.js';
import { likelyQueues } from './likely-queues.js';
import { workRowsOf, type OperationRecord, type WorkRow } from './operation-record.js';
import { isLegalTransition, isTerminal } from './state.js';

/** What is to be written to change an active operation by hand. */
export interface Change {
  readonly from: string;
  readonly to: 'queued' | 'abort';
  /** The queue where it waits afterwards; null where it waits nowhere. */
  readonly queueName: string | null;
  /** Work rows to be taken away. */
  readonly remove: readonly WorkRow[];
  /** The work row to be given back to its queue, or moved to another; null where a new one is needed, or none. */
  readonly release: WorkRow | null;
  /** Whether a new work row is needed. */
  readonly insert: boolean;
  /** What this means, where it is not plain. */
  readonly remark: string | null;
}

/** Why an operation stays as it is. `already`: it is as it was asked to be. */
export interface NoChange {
  readonly kind: 'already' | 'refused' | 'gone' | 'moved';
  readonly why: string;
}

export interface ChangeOptions {
  /** Whether an operation is taken out of the hands of a worker that may be alive. */
  readonly force: boolean;
  /** Unix seconds. */
  readonly now: number;
}

/** Whether to give an operation that nobody will run back to the workers. */
export function decideRequeue(
  record: OperationRecord,
  cluster: ClusterFacts,
  { force, now }: ChangeOptions,
): Change | NoChange {
  const ended = whyNotActive(record);
  if (ended !== null) return ended;
  const queue = queueFor(record);
  if (queue === null) return refused('which queue it belongs to cannot be told from its header');
  const blocker = blockerOf(record, cluster, now);
  const nobody = (): NoChange | null => {
    const why = cluster.nodes.length === 0 ? null : whyUndrained(queue, cluster, now);
    return why === null ? null : refused(`nobody would take it from ${queue}: ${undrainedSentence(why)}`);
  };
  const requeue = (changes: Partial<Change>): Change | NoChange => {
    const decided = requeued(record, { queueName: queue, ...changes });
    return 'kind' in decided ? decided : (nobody() ?? decided);
  };
  switch (blocker.reason) {
    case 'orphaned':
      return requeue({ insert: true });
    case 'stale_claim':
      return requeue({ release: blocker.work });
    case 'running':
      if (!force && isWorkerAlive(blocker.work, cluster, now))
        return refused(
          `a worker claimed it ${ago(blocker.since, now)} and may be at work; --force takes it away`,
        );
      return requeue({
        release: blocker.work,
        ...(force ? { remark: 'the worker that had it may still be at work: it may run twice' } : {}),
      });
    case 'undrained':
      if (blocker.work.queueName !== queue) return requeue({ release: blocker.work });
      return refused(`nobody takes it from its queue: ${undrainedSentence(blocker.why)}`);
    case 'cannot_tell':
      return refused(blocker.why);
    default:
      return { kind: 'already', why: 'it has a work row that waits for a worker' };
  }
}

/** Whether to give a row that somebody holds back to its queue, for who knows that its holder is gone. */
export function decideRelease(record: OperationRecord, row: WorkRow): Change | NoChange {
  return whyNotActive(record) ?? requeued(record, { queueName: row.queueName, release: row });
}

/** Whether to abort an operation, and what that means: a fact where no worker has it, otherwise a request. */
export function decideAbort(
  record: OperationRecord,
  cluster: ClusterFacts,
  { force, now }: ChangeOptions,
): Change | NoChange {
  if (record.state?.value === 'abort') return { kind: 'already', why: 'it is aborted' };
  const ended = whyNotActive(record);
  if (ended !== null) return ended;
  const from = record.state!.value!;
  if (!isLegalTransition(from, 'abort')) return refused(`an operation that is ${from} cannot be aborted`);
  if ('unknown' in record.work) return refused(record.work.unknown);
  const aborted = (changes: Partial<Change>): Change => ({
    ...{ from, to: 'abort', queueName: null, remove: [], release: null, insert: false, remark: null },
    ...changes,
  });
  const rows = workRowsOf(record);
  const held = rows.find((row) => isHeld(row, cluster, now) && isWorkerAlive(row, cluster, now));
  if (held === undefined) return aborted({ remove: rows });
  if (!force) {
    return refused(
      `a worker claimed it ${ago(held.claimedAt!, now)} and does not look again until it ends; --force aborts it all the same`,
    );
  }
  return aborted({
    remove: rows.filter((row) => row.id !== held.id),
    queueName: held.queueName,
    remark: 'a worker has it and does not look again until it ends: what it does is done',
  });
}

/** @param record of an active operation */
function requeued({ state }: OperationRecord, changes: Partial<Change>): Change | NoChange {
  const from = state!.value!;
  if (from !== 'queued' && !isLegalTransition(from, 'queued')) return refused(`it is ${from}`);
  return {
    ...{ from, to: 'queued', queueName: null, remove: [], release: null, insert: false, remark: null },
    ...changes,
  };
}

/** The queue that the operation goes to by its type and node; null for one that cannot be read. */
export function queueFor({ type, header }: OperationRecord): string | null {
  const declared = findOperationType(type);
  if (declared === null || header?.priority == null) return null;
  const { nodeUuid, priority } = header;
  const queues = likelyQueues(type, nodeUuid, priority);
  const own = nodeUuid === null ? undefined : queues.find((name) => name.startsWith(nodeUuid));
  return own ?? queues[0] ?? null;
}

function whyNotActive({ state, header }: OperationRecord): NoChange | null {
  if (state === null || header === null)
    return refused(
      `its ${state === null ? 'state' : 'header'} is missing: no worker can run what is left of it`,
    );
  if (isTerminal(state.value)) return refused(`it has ended: ${state.value}`);
  const known = isLegalTransition(state.value, 'abort') || state.value === 'preflight';
  return known
    ? null
    : refused(`it is in the state ${state.value ?? 'NULL'}, which this program does not know`);
}

/** A claim that is not older than Shaken Fist lets pass. */
function isHeld({ claimedAt }: WorkRow, { staleClaimSeconds }: ClusterFacts, now: number): boolean {
  return claimedAt !== null && now - claimedAt <= staleClaimSeconds;
}

/** Whether some daemon that takes from the row's queue lives; where there is nothing to go by, one does. */
function isWorkerAlive({ queueName }: WorkRow, cluster: ClusterFacts, now: number): boolean {
  if (cluster.nodes.length === 0) return true;
  const found = consumersOf(queueName, cluster, now);
  return 'consumers' in found && found.consumers.some(({ problem }) => problem === null);
}

function refused(why: string): NoChange {
  return { kind: 'refused', why };
}

function ago(since: number, now: number): string {
  return `${formatDuration(now - since)} ago`;
}

/** Whether two looks lead to the same: then nobody moved first. */
export function isSameChange(one: Change | NoChange, other: Change | NoChange): boolean {
  if ('kind' in one || 'kind' in other) return false;
  const rows = ({ remove, release }: Change): string =>
    JSON.stringify([...remove, release].map((row) => row && [row.id, row.claimedAt]));
  return one.from === other.from && one.insert === other.insert && rows(one) === rows(other);
}
