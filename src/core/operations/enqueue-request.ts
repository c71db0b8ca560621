import { readDuration } from '../duration.js';
import { UsageError } from '../errors.js';
import { isRecord } from '../json.js';
import { readText, readWord, shown, type Parsed } from '../parsed-value.js';
import type { Uuid } from '../uuid.js';
import { operationType } from './catalogue.js';
import { readDependencies, readPredecessors, type Predecessor } from './dependencies.js';
import { readUuid4 } from './field-value.js';
import type { Dependency, FieldValues } from './operation.js';
import type { OperationType } from './operation-type.js';
import { DEFAULT_PRIORITY, readPriority, type PriorityName } from './priority.js';
import { isUnset, RequestReader, type Spelling } from './request-reader.js';
import type { Queue } from './routing.js';

/** `events.request_id` is VARCHAR(64), and Shaken Fist writes an operation's request id there too. */
const LONGEST_REQUEST_ID = 64;
const LONGEST_DELAY_SECONDS = 365 * 86_400;

/** A request to enqueue whose every value has been checked, as far as that is possible without the database. */
export interface EnqueueRequest {
  readonly type: OperationType;
  /** Every field of the type, in stored order; null where unset. */
  readonly fields: FieldValues;
  readonly tasks: readonly string[];
  readonly priority: PriorityName;
  readonly queue: Queue;
  readonly requestId: string | null;
  /** The idempotency key; null = make one. */
  readonly uuid: Uuid | null;
  readonly dependsOn: readonly Dependency[] | null;
  readonly runsAfter: readonly Predecessor[] | null;
  /** Seconds from now until the work may begin. */
  readonly delay: number;
  /** Whether an equivalent operation that already waits may be used instead. */
  readonly coalesce: boolean;
}

/**
 * Reads a request in the form of a line of `enqueue --file`: snake_case keys, null or absent = unset. Names and uuid
 * prefixes must have been resolved to uuids before.
 *
 * Throws one `UsageError` that names every problem: the key, the value, and what is allowed.
 *
 * @param spell how the keys are called where the request comes from
 */
export function parseEnqueueRequest(raw: unknown, spell: Spelling = (key) => key): EnqueueRequest {
  if (!isRecord(raw)) throw new UsageError(`an operation is given as an object, not as ${shown(raw)}`);
  if (isUnset(raw.operation_type)) throw new UsageError('operation_type is missing');
  const type = operationType(raw.operation_type);
  const reader = new RequestReader(type, raw, spell);

  const given = reader.fields();
  const tasks = reader.required(
    'tasks',
    (value) => readTasks(type, value),
    [],
    `one or more of ${type.tasks.join(', ')}`,
  );
  const priority = reader.optional('priority', readPriority, DEFAULT_PRIORITY);
  const queue = reader.queue(given, tasks, priority);
  const uuid = reader.optional('uuid', readUuid4, null);
  const request = {
    type,
    fields: reader.withDerived(given, queue),
    tasks,
    priority,
    requestId: reader.optional('request_id', (value) => readText(value, LONGEST_REQUEST_ID), null),
    uuid,
    dependsOn: reader.others('depends_on', readDependencies, uuid),
    runsAfter: reader.others('runs_after', readPredecessors, uuid),
    delay: reader.optional('delay', readDelay, 0),
    coalesce: reader.optional('coalesce', readBoolean, true),
  };
  if (queue === null || reader.foundProblems) throw reader.error();
  return { ...request, queue };
}

function readTasks(type: OperationType, value: unknown): Parsed<string[]> {
  if (!Array.isArray(value)) return { problem: `${shown(value)} is not a list of tasks` };
  if (value.length === 0) return { problem: `is empty (allowed: ${type.tasks.join(', ')})` };
  const tasks: string[] = [];
  for (const item of value as unknown[]) {
    const task = readWord(item, `a task of a ${type.value}`, type.tasks);
    if ('problem' in task) return task;
    if (tasks.includes(task.value)) return { problem: `names ${task.value} twice` };
    tasks.push(task.value);
  }
  return { value: tasks };
}

/** Seconds, as a number or as a duration in words: `90`, `15m`. */
function readDelay(value: unknown): Parsed<number> {
  const seconds = typeof value === 'string' ? readDuration(value) : value;
  if (typeof seconds === 'number' && seconds >= 0 && seconds <= LONGEST_DELAY_SECONDS)
    return { value: seconds };
  return {
    problem: `${shown(value)} is not a time from 0 to ${LONGEST_DELAY_SECONDS} seconds (90, 15m, 2h)`,
  };
}

function readBoolean(value: unknown): Parsed<boolean> {
  return typeof value === 'boolean' ? { value } : { problem: `${shown(value)} is not true or false` };
}
