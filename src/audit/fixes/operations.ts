import { sql } from 'drizzle-orm';
import type { Subject } from '../../core/finding.js';
import { nameOfObjectType } from '../../core/object-types.js';
import { findOperationType } from '../../core/operations/catalogue.js';
import { likelyQueues } from '../../core/operations/likely-queues.js';
import { workRowsOf, type OperationRecord } from '../../core/operations/operation-record.js';
import { parseQueueName } from '../../core/operations/queue-name.js';
import { ACTIVE_STATES, isLegalTransition, type OperationState } from '../../core/operations/state.js';
import { whyUndrained } from '../../core/queue-consumers.js';
import { undashed } from '../../core/uuid.js';
import { cannotComplete } from '../rules/blocked-dependency.js';
import { whyDead } from '../rules/claim-of-dead-node.js';
import { cyclesOf } from '../rules/dependency-cycle.js';
import type { ActiveOperation, Activity } from '../rules/facts.js';
import { missingTargetsOf } from '../rules/missing-targets.js';
import { operationSubject } from '../rules/rule.js';
import { may, must, unless, type Change, type Plan, type Planner, type Workshop } from './plan.js';
import {
  deleteWork,
  errorReport,
  insertWork,
  isStateOf,
  moveWork,
  noWork,
  NOW,
  releaseClaim,
  setState,
} from './steps.js';

export const requeueOrphan: Planner = (subject, workshop) =>
  withOperation(subject, workshop, ({ record }) => {
    const [queue, ...others] = queuesOf(record);
    if (record.header === null) return { subject, why: 'its header is gone' };
    if (record.dependsOn.some(cannotComplete))
      return { subject, why: 'it waits for one that cannot complete: --fix blocked-dependency' };
    if (queue === undefined) return { subject, why: `sf-ops knows no queue for a ${record.type}` };
    const to = record.state?.value === 'queued' ? null : illegal(record, 'queued');
    if (to !== null) return { subject, why: to };
    const what = `queued again in ${queue}`;
    return changed(subject, record, what, [
      setState(record, 'queued', `queued again by ${workshop.who}`),
      noWork([queue, ...others], record.uuid),
      insertWork(queue, record.type!, record.uuid),
    ]);
  });

export const releaseStaleClaim: Planner = (subject, workshop) =>
  withOperation(subject, workshop, ({ record, blocker }) => {
    if (blocker.reason !== 'stale_claim') return { subject, why: 'it has another work row that goes on' };
    return changed(subject, record, `released from ${blocker.work.claimedBy ?? 'nobody'}`, [
      releaseClaim(blocker.work),
      setState(record, 'queued', `released by ${workshop.who}`),
    ]);
  });

export const releaseDeadClaim: Planner = (subject, workshop) =>
  withOperation(subject, workshop, ({ record }, { cluster }) => {
    const row = workRowsOf(record).find((one) => whyDead(one, cluster, workshop.facts) !== null);
    if (row === undefined) return { subject, why: 'nobody who is gone has claimed it' };
    const isBack = sql`NOT EXISTS (SELECT 1 FROM nodes n JOIN node_attributes a ON a.uuid = n.uuid
      WHERE (n.fqdn = ${row.claimedBy} OR n.fqdn LIKE CONCAT(${row.claimedBy}, '.%'))
        AND a.last_seen >= ${NOW} - ${cluster.checkinMaximumSeconds})`;
    return changed(subject, record, `released from ${row.claimedBy}`, [
      releaseClaim(row, isBack),
      setState(record, 'queued', `released by ${workshop.who}`),
    ]);
  });

/** The subject is a queue; each operation in it is a repair of its own. */
export const emptyUndrainedQueue: Planner = (subject, { facts, who }) => {
  const activity = activityOf(facts.activity);
  const waiting = activity.operations.filter(
    ({ blocker }) => blocker.reason === 'undrained' && blocker.work.queueName === subject.name,
  );
  return waiting.map(({ record, blocker }): Plan => {
    const own = operationSubject(record);
    if (blocker.reason !== 'undrained') return { subject: own, why: 'it goes on' };
    const better = queuesOf(record).find(
      (queue) => queue !== subject.name && whyUndrained(queue, activity.cluster, facts.now) === null,
    );
    if (better !== undefined)
      return changed(own, record, `moved to ${better}`, [moveWork(blocker.work, better)]);
    if (blocker.why.cause !== 'no_such_node')
      return { subject: own, why: 'its queue is the right one; somebody has to start what drains it' };
    const node = parseQueueName(subject.name ?? '')?.target ?? '';
    const message = `failed by ${who}: node ${node} does not exist`;
    const isGone = sql`NOT EXISTS (SELECT 1 FROM nodes WHERE uuid = ${undashed(node)})`;
    return changed(own, record, `failed: node ${node} does not exist`, [
      setState(record, 'error', message, isGone),
      deleteWork(blocker.work),
      may(errorReport(record.uuid, message)),
    ]);
  });
};

export const abortBlocked: Planner = (subject, workshop) =>
  withOperation(subject, workshop, ({ record }) => {
    const hopeless = record.dependsOn.filter(cannotComplete);
    const names = hopeless.map(({ type, uuid, state }) => `${type} ${uuid} (${state ?? 'gone'})`).join(', ');
    const revived =
      unless(sql`SELECT 1 FROM object_states WHERE object_uuid IN ${hopeless.map(({ uuid }) => uuid)}
      AND object_type IN ${workshop.description.operationLabels}
      AND state_value NOT IN ('error', 'abort', 'deleted')`);
    return abort(subject, record, workshop, `it waits for ${names}`, [revived]);
  });

export const abortGone: Planner = (subject, workshop) =>
  withOperation(subject, workshop, ({ record }) =>
    record.state?.value === 'queued'
      ? abort(subject, record, workshop, 'what it works on is gone')
      : { subject, why: 'a worker has begun with it' },
  );

/** Of each circle the newest operation, so that the others go on, or are aborted by their workers in turn. */
export const breakCircle: Planner = (subject, workshop) => {
  const activity = activityOf(workshop.facts.activity);
  const cycle = cyclesOf(activity.operations).find((members) =>
    members.some(({ record }) => record.uuid === subject.uuid),
  );
  const newest = cycle?.at(-1);
  if (newest?.record.uuid !== subject.uuid) return [];
  return [abort(subject, newest.record, workshop, 'it is part of a circle')];
};

export const completeTargets: Planner = (subject, workshop) =>
  withOperation(subject, workshop, ({ record }) => {
    if (workshop.oneTargetOnly)
      return { subject, why: 'only one target of an operation can be recorded here: sf-ops migrate plan' };
    const missing = missingTargetsOf(record);
    const createdAt = record.header!.createdAt;
    const steps = missing.map(({ type, uuid }) =>
      must(sql`INSERT INTO cluster_operation_targets
          (operation_uuid, operation_type, target_object_type, target_uuid, created_at)
        SELECT ${record.uuid}, ${record.type}, ${nameOfObjectType(type)}, ${uuid}, ${createdAt} FROM object_states
        WHERE ${isStateOf(record.uuid, record.type)} AND state_value IN ${[...ACTIVE_STATES]} AND NOT EXISTS (SELECT 1 FROM cluster_operation_targets t
            WHERE t.operation_uuid = ${record.uuid} AND t.target_object_type = ${nameOfObjectType(type)}
              AND t.target_uuid = ${uuid})`),
    );
    const what = `target rows written for ${missing.map(({ type, uuid }) => `${type} ${uuid}`).join(', ')}`;
    return changed(subject, record, what, steps);
  });

function abort(
  subject: Subject,
  record: OperationRecord,
  { who }: Workshop,
  reason: string,
  before: readonly Change['steps'][number][] = [],
): Plan {
  const why = illegal(record, 'abort');
  if (why !== null) return { subject, why };
  const rows = workRowsOf(record);
  if (rows.some(({ claimedAt }) => claimedAt !== null)) return { subject, why: 'a worker has it' };
  return changed(subject, record, `aborted: ${reason}`, [
    setState(record, 'abort', `aborted by ${who}: ${reason}`),
    ...before,
    ...rows.map((row) => deleteWork(row)),
  ]);
}

function illegal({ state }: OperationRecord, to: OperationState): string | null {
  const from = state?.value ?? null;
  return isLegalTransition(from, to) ? null : `an operation that is ${from} does not become ${to}`;
}

/** Where its work belongs, first where it runs on a node of its own. */
function queuesOf({ type, header }: OperationRecord): string[] {
  if (header === null || findOperationType(type) === null) return [];
  const queues = likelyQueues(type, header.nodeUuid, header.priority);
  const isOwn = (queue: string): boolean => parseQueueName(queue)?.target === header.nodeUuid;
  return [...queues.filter(isOwn), ...queues.filter((queue) => !isOwn(queue))];
}

function changed(
  subject: Subject,
  { uuid, type, targets }: OperationRecord,
  what: string,
  steps: Change['steps'],
): Plan {
  return {
    subject,
    change: {
      what,
      steps,
      extra: { operation_type: type, operation_uuid: uuid },
      objects: [
        { objectType: type ?? 'unknown', uuid },
        ...targets.map(({ objectType, uuid: target }) => ({ objectType, uuid: target })),
      ],
    },
  };
}

function withOperation(
  subject: Subject,
  { facts }: Workshop,
  plan: (operation: ActiveOperation, activity: Activity) => Plan,
): Plan[] {
  const activity = activityOf(facts.activity);
  const operation = activity.operations.find(({ record }) => record.uuid === subject.uuid);
  return [operation === undefined ? { subject, why: 'it has gone on meanwhile' } : plan(operation, activity)];
}

function activityOf(activity: Workshop['facts']['activity']): Activity {
  if (activity !== null && 'value' in activity) return activity.value;
  throw new Error('a repair was planned without the facts that its finding was made from');
}
