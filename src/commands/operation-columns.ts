import { formatDuration } from '../core/duration.js';
import type { Names } from '../core/names.js';
import { isStuck, type Blocker } from '../core/operations/blocker.js';
import type { RelatedOperation } from '../core/operations/operation-record.js';
import type { TargetedOperation } from '../core/operations/targeted-operation.js';
import type { Column, Style } from '../render/answer.js';
import type { Uuid } from '../core/uuid.js';
import { operationRow, type OperationRow } from './operation-row.js';

/** An operation as one of its targets lists it: the row of the API, and what people see of it. */
export interface ListedOperation {
  readonly row: OperationRow & { target_name: string | null };
  readonly blocker: Blocker;
  /** Of this operation and its object. */
  readonly names: Names;
}

/** @param now unix seconds */
export function listedOperation(targeted: TargetedOperation, names: Names, now: number): ListedOperation {
  const { target, blocker } = targeted;
  return { row: { ...operationRow(targeted, now), target_name: names.nameOf(target.uuid) }, blocker, names };
}

/** What has to be named for a list of operations: the operations, their targets, and what they wait for. */
export function toName(listed: readonly Pick<TargetedOperation, 'target' | 'blocker' | 'record'>[]): {
  objects: { objectType: string; uuid: Uuid }[];
  operations: Uuid[];
} {
  return {
    objects: listed.map(({ target: { objectType, uuid } }) => ({ objectType, uuid })),
    operations: listed.flatMap(({ record, blocker }) => [record.uuid, ...uuidsIn(blocker)]),
  };
}

function uuidsIn(blocker: Blocker): Uuid[] {
  if (!('operations' in blocker)) return [];
  return blocker.operations.map((one) => (typeof one === 'string' ? one : one.uuid));
}

/**
 * The columns of operations seen from an object: `pending` and `history`.
 *
 * @param now unix seconds
 */
export function operationColumns(now: number): readonly Column<ListedOperation>[] {
  return [
    {
      name: 'operation_uuid',
      heading: 'OPERATION',
      value: ({ row }) => row.operation_uuid,
      display: ({ row, names }, { full }) => (full ? row.operation_uuid : names.uuid(row.operation_uuid)),
    },
    {
      name: 'object',
      heading: 'OBJECT',
      value: ({ row, names }) => names.object(row.target_object_type, row.target_uuid),
      shrink: 'middle',
      least: 14,
      peopleOnly: true,
    },
    { name: 'operation_type', heading: 'TYPE', value: ({ row }) => row.operation_type, wideOnly: true },
    {
      name: 'state',
      heading: 'STATE',
      value: ({ row }) => row.state,
      style: ({ row }) => stateStyle(row.state),
      priority: 2,
    },
    {
      name: 'tasks',
      heading: 'TASK',
      value: ({ row }) => row.tasks.join(' '),
      shrink: 'end',
      least: 12,
      comfort: 28,
      priority: 3,
    },
    { name: 'priority', heading: 'PRIORITY', value: ({ row }) => row.priority, wideOnly: true },
    {
      name: 'age_seconds',
      heading: 'AGE',
      value: ({ row }) => row.age_seconds,
      display: ({ row }) => formatDuration(row.age_seconds),
      plain: ({ row }) => formatDuration(row.age_seconds),
      priority: 1,
    },
    {
      name: 'target_object_type',
      heading: 'OBJECT TYPE',
      value: ({ row }) => row.target_object_type,
      wideOnly: true,
    },
    { name: 'target_uuid', heading: 'OBJECT UUID', value: ({ row }) => row.target_uuid, wideOnly: true },
    {
      name: 'queue_name',
      heading: 'QUEUE',
      value: ({ row }) => row.queue?.queue_name ?? null,
      display: ({ row, names }) => (row.queue === null ? '-' : names.queue(row.queue.queue_name)),
      plain: ({ row }) => queueText(row),
      wideOnly: true,
    },
    {
      name: 'stuck',
      heading: 'STUCK',
      value: ({ row }) => row.stuck,
      display: ({ blocker, names }) => stuckText(blocker, names, now) ?? '-',
      style: ({ blocker }) => (isStuck(blocker) ? 'bad' : undefined),
      shrink: 'wrap',
      least: 12,
    },
    { name: 'target_name', heading: 'OBJECT NAME', value: ({ row }) => row.target_name, wideOnly: true },
    { name: 'created_at', heading: 'CREATED', value: ({ row }) => row.created_at, wideOnly: true },
    {
      name: 'claimed_at',
      heading: 'CLAIMED',
      value: ({ row }) => row.queue?.claimed_at ?? null,
      wideOnly: true,
    },
    {
      name: 'claimed_by',
      heading: 'CLAIMED BY',
      value: ({ row }) => row.queue?.claimed_by ?? null,
      wideOnly: true,
    },
  ];
}

function queueText({ queue }: OperationRow): string {
  if (queue === null) return '-';
  return queue.claimed_at === null
    ? queue.queue_name
    : `${queue.queue_name} (claimed by ${queue.claimed_by ?? '?'})`;
}

/** Why an operation will not go on by itself, in a few words; null for every other. */
export function stuckText(blocker: Blocker, names: Names, now: number): string | null {
  switch (blocker.reason) {
    case 'orphaned':
      return 'orphaned';
    case 'stale_claim':
      return `claimed ${formatDuration(now - blocker.since)} ago`;
    case 'undrained':
      return `no worker: ${names.queue(blocker.work.queueName)}`;
    case 'blocked_by_failed':
      return waitsFor(blocker.operations, names, ({ state }) => (state === 'abort' ? 'aborted' : 'failed'));
    case 'blocked_by_missing':
      return waitsFor(blocker.operations, names, () => 'gone');
    case 'cycle':
      return 'waits for itself';
    default:
      return null;
  }
}

function waitsFor(
  operations: readonly RelatedOperation[],
  names: Names,
  state: (operation: RelatedOperation) => string,
): string {
  const [first, ...others] = operations;
  if (first === undefined) return 'waits for what is not known';
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `waits for ${names.uuid(first.uuid)} (${state(first)})${more}`;
}

/** What the state of an operation means to whoever reads it. */
export function stateStyle(state: string | null): Style | undefined {
  switch (state) {
    case 'executing':
    case 'preflight':
      return 'strong';
    case 'complete':
      return 'good';
    case 'error':
    case 'abort':
      return 'bad';
    case null:
    case 'deleted':
      return 'dim';
    default:
      return undefined;
  }
}
