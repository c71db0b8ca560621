import { sql } from 'drizzle-orm';
import type { ClusterFacts } from '../../core/cluster-facts.js';
import type { Subject } from '../../core/finding.js';
import { nameOfObjectType } from '../../core/object-types.js';
import {
  decideAbort,
  decideRelease,
  decideRequeue,
  type Change,
  type ChangeOptions,
  type NoChange,
} from '../../core/operations/change.js';
import { likelyQueues } from '../../core/operations/likely-queues.js';
import { workRowsOf, type OperationRecord, type WorkRow } from '../../core/operations/operation-record.js';
import { parseQueueName } from '../../core/operations/queue-name.js';
import { ACTIVE_STATES } from '../../core/operations/state.js';
import { undashed } from '../../core/uuid.js';
import { withObservational } from '../../operations/enqueue/statements.js';
import { insertInto } from '../../database/insert.js';
import { which } from '../../database/queries/targets.js';
import {
  deleteWork,
  given,
  isStateOf,
  must,
  NOW,
  setState,
  transitionSteps,
  unless,
  type Step,
} from '../../operations/transition.js';
import { cannotComplete } from '../rules/blocked-dependency.js';
import { whyDead } from '../rules/claim-of-dead-node.js';
import { cyclesOf } from '../rules/dependency-cycle.js';
import type { ActiveOperation, Activity } from '../rules/facts.js';
import { missingTargetsOf } from '../rules/missing-targets.js';
import { operationSubject } from '../rules/rule.js';
import type { Plan, Planner, RepairContext } from './plan.js';
import { noWork, reportError } from './steps.js';

export const requeueOrphan: Planner = (subject, context) =>
  withOperation(subject, context, ({ record }, { cluster }) => {
    if (record.dependsOn.some(cannotComplete))
      return { subject, why: 'it waits for one that cannot complete: --fix blocked-dependency' };
    const decided = decideRequeue(record, cluster, unforced(context));
    const { type, header } = record;
    const queues = likelyQueues(type, header?.nodeUuid ?? null, header?.priority ?? null);
    return repaired(subject, record, decided, {
      what: ({ queueName }) => `queued again in ${queueName}`,
      message: `queued again by ${context.who}`,
      guards: [noWork(queues, record.uuid)],
    });
  });

export const releaseStaleClaim: Planner = (subject, context) =>
  withOperation(subject, context, ({ record, blocker }, { cluster }) => {
    if (blocker.reason !== 'stale_claim') return { subject, why: 'it has another work row that goes on' };
    const decided = decideRequeue(record, cluster, unforced(context));
    return repaired(subject, record, decided, released(blocker.work, context));
  });

/** Sooner than `requeue`: its claim need not be stale, because its node is gone. */
export const releaseDeadClaim: Planner = (subject, context) =>
  withOperation(subject, context, ({ record }, { cluster }) => {
    const row = workRowsOf(record).find((one) => whyDead(one, cluster, context.facts) !== null);
    if (row === undefined) return { subject, why: 'nobody who is gone has claimed it' };
    const isBack = unless(sql`SELECT 1 FROM nodes n JOIN node_attributes a ON a.uuid = n.uuid
      WHERE (n.fqdn = ${row.claimedBy} OR n.fqdn LIKE CONCAT(${row.claimedBy}, '.%'))
        AND a.last_seen >= ${NOW} - ${cluster.checkinMaximumSeconds}`);
    const decided = decideRelease(record, row);
    return repaired(subject, record, decided, { ...released(row, context), guards: [isBack] });
  });

/** The subject is a queue; each operation in it is a repair of its own. */
export const emptyUndrainedQueue: Planner = (subject, context) => {
  const { operations, cluster } = activityOf(context.facts.activity);
  return operations.flatMap(({ record, blocker }): Plan[] => {
    if (blocker.reason !== 'undrained' || blocker.work.queueName !== subject.name) return [];
    const own = operationSubject(record);
    const decided = decideRequeue(record, cluster, unforced(context));
    if (!('kind' in decided)) {
      const what = ({ queueName }: Change): string => `moved to ${queueName}`;
      return [repaired(own, record, decided, { what, message: `moved by ${context.who}` })];
    }
    return blocker.why.cause === 'no_such_node'
      ? [failed(own, record, blocker.work, context)]
      : [{ subject: own, why: `${decided.why}; somebody has to start what drains it` }];
  });
};

/** Nobody will ever do what is to be done on a node that does not exist. */
function failed(subject: Subject, record: OperationRecord, work: WorkRow, { who }: RepairContext): Plan {
  const node = parseQueueName(work.queueName)?.target ?? '';
  const what = `failed: node ${node} does not exist`;
  const message = `failed by ${who}: node ${node} does not exist`;
  return changed(subject, record, what, [
    setState(record, 'error', { at: NOW, message }),
    unless(sql`SELECT 1 FROM nodes WHERE uuid = ${undashed(node)}`),
    deleteWork(work),
    reportError(record.uuid, message),
  ]);
}

export const abortBlocked: Planner = (subject, context) =>
  withOperation(subject, context, ({ record }, { cluster }) => {
    const hopeless = record.dependsOn.filter(cannotComplete);
    const names = hopeless.map(({ type, uuid, state }) => `${type} ${uuid} (${state ?? 'gone'})`).join(', ');
    const revived =
      unless(sql`SELECT 1 FROM object_states WHERE object_uuid IN ${hopeless.map(({ uuid }) => uuid)}
      AND object_type IN ${context.description.operationLabels}
      AND state_value NOT IN ('error', 'abort', 'deleted')`);
    return abort(subject, record, cluster, context, { reason: `it waits for ${names}`, guards: [revived] });
  });

export const abortGone: Planner = (subject, context) =>
  withOperation(subject, context, ({ record }, { cluster }) =>
    record.state?.value === 'queued'
      ? abort(subject, record, cluster, context, { reason: 'what it works on is gone' })
      : { subject, why: 'a worker has begun with it' },
  );

/** Of each circle the newest operation, so that the others go on, or are aborted by their workers in turn. */
export const breakCircle: Planner = (subject, context) => {
  const activity = activityOf(context.facts.activity);
  const cycle = cyclesOf(activity.operations).find((members) =>
    members.some(({ record }) => record.uuid === subject.uuid),
  );
  const newest = cycle?.at(-1);
  if (newest?.record.uuid !== subject.uuid) return [];
  return [abort(subject, newest.record, activity.cluster, context, { reason: 'it is part of a circle' })];
};

export const completeTargets: Planner = (subject, context) =>
  withOperation(subject, context, ({ record }, { oneTargetOnly }) => {
    if (oneTargetOnly)
      return { subject, why: 'only one target of an operation can be recorded here: sf-ops migrate plan' };
    const missing = missingTargetsOf(record);
    const createdAt = record.header!.createdAt;
    const rows = missing.map(({ type, uuid }) => ({
      operation_uuid: record.uuid,
      operation_type: record.type,
      target_object_type: nameOfObjectType(type)!,
      target_uuid: uuid,
      created_at: createdAt,
    }));
    const steps = [
      // Locked before the look: of two operators on one server, one goes first. On two nodes the key keeps the second out.
      given(sql`SELECT 1 FROM object_states WHERE ${isStateOf(record.uuid, record.type)}
        AND state_value IN ${[...ACTIVE_STATES]} FOR UPDATE`),
      unless(sql`SELECT 1 FROM cluster_operation_targets t WHERE t.operation_uuid = ${record.uuid}
        AND ${which(missing.map(({ type, uuid }) => ({ typeName: nameOfObjectType(type)!, uuid })))}`),
      must(insertInto('cluster_operation_targets', rows.map(withObservational(context.description)))),
    ];
    const what = `target rows written for ${missing.map(({ type, uuid }) => `${type} ${uuid}`).join(', ')}`;
    return changed(subject, record, what, steps);
  });

function abort(
  subject: Subject,
  record: OperationRecord,
  cluster: ClusterFacts,
  context: RepairContext,
  { reason, guards = [] }: { reason: string; guards?: readonly Step[] },
): Plan {
  return repaired(subject, record, decideAbort(record, cluster, unforced(context)), {
    what: () => `aborted: ${reason}`,
    message: `aborted by ${context.who}: ${reason}`,
    guards,
  });
}

/** No worker that may be alive loses its work to a repair. */
function unforced({ facts }: RepairContext): ChangeOptions {
  return { force: false, now: facts.now };
}

function released({ claimedBy }: WorkRow, { who }: RepairContext): Repairing {
  return { what: () => `released from ${claimedBy ?? 'nobody'}`, message: `released by ${who}` };
}

interface Repairing {
  /** What is done, in a clause. */
  what: (change: Change) => string;
  /** Of the state. */
  message: string;
  /** What must hold beside what was decided from. */
  guards?: readonly Step[];
}

/** The change that was decided on, as a repair. */
function repaired(
  subject: Subject,
  record: OperationRecord,
  decided: Change | NoChange,
  { what, message, guards }: Repairing,
): Plan {
  if ('kind' in decided) return { subject, why: decided.why };
  const steps = transitionSteps(record, decided, { at: NOW, message }, guards);
  return changed(subject, record, what(decided), steps);
}

function changed(
  subject: Subject,
  { uuid, type, targets }: OperationRecord,
  what: string,
  steps: readonly Step[],
): Plan {
  return {
    subject,
    repair: {
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
  { facts }: RepairContext,
  plan: (operation: ActiveOperation, activity: Activity) => Plan,
): Plan[] {
  const activity = activityOf(facts.activity);
  const operation = activity.operations.find(({ record }) => record.uuid === subject.uuid);
  return [operation === undefined ? { subject, why: 'it has gone on meanwhile' } : plan(operation, activity)];
}

function activityOf(activity: RepairContext['facts']['activity']): Activity {
  if (activity !== null && 'value' in activity) return activity.value;
  throw new Error('a repair was planned without the facts that its finding was made from');
}
