import { sql } from 'drizzle-orm';
import { undashed } from '../../core/uuid.js';
import type { AuditFacts, StrayWork } from '../rules/facts.js';
import { deleteWork, may, must, NOW, setState } from '../../operations/transition.js';
import type { Plan, Planner, Repair } from './plan.js';
import { hasNoHeader, hasNoState } from './steps.js';

/** The rows that name an operation which was never finished, or is half removed. */
export const removeHeader: Planner = (subject, { facts, description }) => {
  const { uuid } = subject;
  if (uuid === null) return [];
  return [
    removal(subject, 'header, targets and work rows removed', [
      must(
        sql`DELETE FROM cluster_operations WHERE uuid = ${undashed(uuid)} AND ${hasNoState(description, uuid)}`,
      ),
      may(sql`DELETE FROM cluster_operation_targets WHERE operation_uuid = ${uuid}`),
      ...strayWorkOf(facts, uuid).map(({ row }) => deleteWork(row)),
    ]),
  ];
};

export const deleteState: Planner = (subject, { facts, who }) => {
  const { uuid } = subject;
  const found = uuid === null ? null : stateOf(facts, uuid);
  if (uuid === null || found === null) return [{ subject, why: 'it has gone on meanwhile' }];
  const state = { value: found.state, since: found.since, message: null };
  return [
    removal(subject, 'set to deleted', [
      setState(
        { uuid, type: subject.type, state },
        'deleted',
        { at: NOW, message: `deleted by ${who}: it has no header` },
        hasNoHeader(uuid),
      ),
      ...found.work.map((row) => deleteWork(row)),
    ]),
  ];
};

export const removeWork: Planner = (subject, { facts }) => {
  const stray = strayWork(facts).find(({ row }) => String(row.id) === subject.name);
  if (stray === undefined) return [{ subject, why: 'it has gone on meanwhile' }];
  const { row, operation } = stray;
  const condition = operation === null ? undefined : hasNoHeader(operation.uuid);
  return [removal(subject, `removed from ${row.queueName}`, [deleteWork(row, condition)])];
};

export const removeTargets: Planner = (subject, { description }) => {
  const { uuid } = subject;
  if (uuid === null) return [];
  return [
    removal(subject, 'target rows removed', [
      must(sql`DELETE FROM cluster_operation_targets WHERE operation_uuid = ${uuid}
        AND ${hasNoHeader(uuid)} AND ${hasNoState(description, uuid)}`),
    ]),
  ];
};

function removal(subject: Plan['subject'], what: string, steps: Repair['steps']): Plan {
  const { type, uuid, name } = subject;
  const objects = uuid === null ? [] : [{ objectType: type === 'work_row' ? 'unknown' : type, uuid }];
  return { subject, repair: { what, steps, extra: { type, uuid, name }, objects } };
}

function stateOf(
  { activity, leftovers }: AuditFacts,
  uuid: string,
): { state: string | null; since: number; work: readonly StrayWork['row'][] } | null {
  const operations = activity !== null && 'value' in activity ? activity.value.operations : [];
  const active = operations.find(({ record }) => record.uuid === uuid)?.record;
  if (active?.state) {
    const work = 'value' in active.work ? active.work.value : [];
    return { state: active.state.value, since: active.state.since, work };
  }
  const rest = leftovers !== null && 'value' in leftovers ? leftovers.value.statesWithoutHeader : [];
  const left = rest.find((one) => one.uuid === uuid);
  return left === undefined ? null : { ...left, work: [] };
}

function strayWork({ activity }: AuditFacts): readonly StrayWork[] {
  return activity !== null && 'value' in activity ? activity.value.strayWork : [];
}

function strayWorkOf(facts: AuditFacts, uuid: string): StrayWork[] {
  return strayWork(facts).filter(({ operation }) => operation?.uuid === uuid);
}
