import { operationType } from '../../src/core/operations/catalogue.js';
import { undashed } from '../../src/core/uuid.js';
import type { Action } from './plan.js';
import type { History, RestingOperation, SeenOperation, Step, VouchedOperation } from './history.js';

type Rule =
  /** An acknowledged operation is not there, or not whole. */
  | 'lost'
  /** One request has left more than one operation. */
  | 'doubled'
  /** What was reported as not written is there. */
  | 'false report'
  /** An answer lacks an operation that had been acknowledged before the question, and not touched since. */
  | 'stale answer'
  /** An answer still has an operation whose end had been acknowledged before the question. */
  | 'late answer'
  /** An operation was visible without its state or with some of its targets. */
  | 'partly visible'
  /** An operation was aborted or requeued in part, or not although that was acknowledged. */
  | 'half changed'
  /** The same idempotent work waits twice. */
  | 'not coalesced';

export interface Finding {
  rule: Rule;
  detail: string;
}

const ENDED = ['complete', 'abort', 'error', 'deleted'];

/** Judges a history by what was promised. Empty if every promise was kept. */
export function check(history: History): Finding[] {
  return [
    ...lost(history),
    ...marks(history),
    ...answers(history),
    ...partlyVisible(history),
    ...notCoalesced(history),
    ...halfChanged(history),
  ];
}

function lost({ steps, atRest }: History): Finding[] {
  const found = new Map(atRest.map((operation) => [operation.uuid, operation]));
  const isRemoved = touchedBy(steps, 'remove');
  const isChanged = new Set(
    (['end', 'abort', 'requeue'] as const).flatMap((kind) => [...touchedBy(steps, kind)]),
  );
  return vouched(steps).flatMap(({ operation: { uuid, mark } }): Finding[] => {
    const operation = found.get(uuid);
    if (operation === undefined) {
      return isRemoved.has(uuid) ? [] : [{ rule: 'lost', detail: `${uuid} (${mark}) is not there` }];
    }
    const isTouched = isRemoved.has(uuid) || isChanged.has(uuid);
    const isPruned = isTouched && mayBePruned(steps, operation);
    if (isWhole(operation, isPruned) && (isTouched || operation.workRows === 1)) return [];
    return [{ rule: 'lost', detail: `${uuid} (${mark}) is not whole: ${JSON.stringify(operation)}` }];
  });
}

/** A request may leave one operation; none if every report about it says so, or it adopted another. */
function marks({ steps, atRest }: History): Finding[] {
  const reports = new Map<string, ('may be there' | 'not there')[]>();
  for (const { action, outcome } of steps) {
    if (action.kind !== 'enqueue' && action.kind !== 'load') continue;
    for (const { request_id: mark } of action.requests) {
      const adopted =
        outcome?.kind === 'written' &&
        outcome.operations.some((each) => each.mark === mark && each.isAdopted);
      // A load that was cut short says of each batch what became of it, and goes on with the others.
      const isNotThere = action.kind === 'enqueue' && (adopted || outcome?.kind === 'not written');
      reports.set(mark, [...(reports.get(mark) ?? []), isNotThere ? 'not there' : 'may be there']);
    }
  }
  return [...reports].flatMap(([mark, said]): Finding[] => {
    const left = atRest.filter((operation) => operation.mark === mark).map(({ uuid }) => uuid);
    if (left.length > 1) return [{ rule: 'doubled', detail: `${mark}: ${left.join(' ')}` }];
    if (left.length === 1 && said.every((report) => report === 'not there')) {
      return [{ rule: 'false report', detail: `${mark}: ${left[0]} is there` }];
    }
    return [];
  });
}

function answers({ steps }: History): Finding[] {
  return steps.flatMap((step): Finding[] => {
    const { action, outcome } = step;
    if (action.kind !== 'ask' || outcome?.kind !== 'active') return [];
    const named = new Set(outcome.operations);
    const missing = vouched(steps)
      .filter(
        ({ operation, step: enqueueing }) =>
          operation.targets.includes(action.object.uuid) && enqueueing.endedAt < step.invokedAt,
      )
      .filter(({ operation }) => !named.has(operation.uuid))
      .filter(
        ({ operation }) =>
          !steps.some((other) => other.touched === operation.uuid && other.invokedAt < step.endedAt),
      );
    const ended = steps.filter(
      (other) =>
        other.outcome?.kind === 'changed' &&
        other.action.kind !== 'requeue' &&
        other.endedAt < step.invokedAt &&
        named.has(other.touched!),
    );
    return [
      ...missing.map(({ operation }): Finding => ({
        rule: 'stale answer',
        detail: `session ${step.session} was not told of ${operation.uuid}`,
      })),
      ...ended.map(({ touched }): Finding => ({
        rule: 'late answer',
        detail: `session ${step.session} was told of ${touched}`,
      })),
    ];
  });
}

function partlyVisible({ steps, atRest }: History): Finding[] {
  const ending = new Set([...touchedBy(steps, 'end'), ...touchedBy(steps, 'abort')].map(undashed));
  const seen = steps.flatMap(({ outcome }) => (outcome?.kind === 'seen' ? outcome.operations : []));
  const isPruned = ({ uuid }: SeenOperation): boolean => ending.has(undashed(uuid)) && wasPruned(steps);
  return [
    ...seen.filter((operation) => !isWhole(operation, isPruned(operation))),
    ...atRest.filter((operation) => !isWhole(operation, mayBePruned(steps, operation))),
  ].map((operation): Finding => ({ rule: 'partly visible', detail: JSON.stringify(operation) }));
}

function notCoalesced({ atRest }: History): Finding[] {
  const waiting = new Map<string, RestingOperation[]>();
  for (const operation of atRest) {
    const [task] = operation.tasks;
    const coalescing = operationType(operation.operationType).coalescing;
    if (operation.state !== 'queued' || task === undefined || !coalescing?.tasks.includes(task)) continue;
    const work = `${task} of ${operation.networkUuid}`;
    waiting.set(work, [...(waiting.get(work) ?? []), operation]);
  }
  return [...waiting]
    .filter(([, operations]) => operations.length > 1)
    .map(([work, operations]): Finding => ({
      rule: 'not coalesced',
      detail: `${work}: ${operations.map(({ uuid }) => uuid).join(' ')}`,
    }));
}

/** An abort takes the work row in the same moment, and a requeued operation has exactly one. */
function halfChanged({ steps, atRest }: History): Finding[] {
  return steps.flatMap(({ action, outcome, touched }): Finding[] => {
    if (action.kind !== 'abort' && action.kind !== 'requeue') return [];
    const operation = atRest.find(({ uuid }) => uuid === touched);
    const isDone = outcome?.kind === 'changed';
    if (operation === undefined) return [{ rule: 'half changed', detail: `${touched} is not there` }];
    const { state, workRows } = operation;
    const isRight =
      action.kind === 'abort'
        ? (state === 'abort') === (workRows === 0) && (state === 'abort' || !isDone) && workRows <= 1
        : state === 'queued' && (isDone ? workRows === 1 : workRows <= 1);
    if (isRight) return [];
    return [{ rule: 'half changed', detail: `${action.kind}: ${JSON.stringify(operation)}` }];
  });
}

/** @param isPruned whether some of its targets may have been taken away since it ended */
function isWhole({ operationType: type, states, targets }: SeenOperation, isPruned: boolean): boolean {
  const { length } = operationType(type).targets;
  return states === 1 && (isPruned ? targets <= length : targets === length);
}

function mayBePruned(steps: readonly Step[], { state }: RestingOperation): boolean {
  return state !== null && ENDED.includes(state) && wasPruned(steps);
}

function wasPruned(steps: readonly Step[]): boolean {
  return steps.some(({ action }) => action.kind === 'prune');
}

function vouched(steps: readonly Step[]): { step: Step; operation: VouchedOperation }[] {
  return steps.flatMap((step) =>
    step.outcome?.kind === 'written' ? step.outcome.operations.map((operation) => ({ step, operation })) : [],
  );
}

function touchedBy(steps: readonly Step[], kind: Action['kind']): Set<string> {
  return new Set(steps.filter(({ action }) => action.kind === kind).flatMap(({ touched }) => touched ?? []));
}
