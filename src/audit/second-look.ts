import { sql } from 'drizzle-orm';
import type { EvidenceValue, Finding } from '../core/finding.js';
import type { Uuid } from '../core/uuid.js';
import type { DatabaseDescription } from '../database/description.js';
import { chunks } from '../database/chunks.js';
import { operationStates } from '../database/queries/operation-rows.js';
import type { Session } from '../database/session.js';
import { readRowsOf, type RowsOfOperation } from './facts/operation-rows.js';
import type {
  ActiveOperation,
  Activity,
  AuditFacts,
  Leftovers,
  StateOfOperation,
  StrayWork,
} from './rules/facts.js';

/** What is left of the suspects: their states, headers, targets and work rows as they are now. */
interface Current {
  states: ReadonlyMap<Uuid, { value: string | null; since: number }>;
  rows: ReadonlyMap<Uuid, RowsOfOperation>;
  workIds: ReadonlySet<string>;
}

/**
 * The facts again, without what has changed meanwhile of the operations and work rows that are under suspicion. Reads
 * their rows only: a worker that was between two statements has written another state, and so has one that put the
 * operation off.
 */
export async function lookAgain(
  session: Session,
  description: DatabaseDescription,
  facts: AuditFacts,
  suspects: readonly Finding[],
): Promise<AuditFacts> {
  const uuids = new Set(suspects.flatMap(operationsOf));
  const stray = valueOf(facts.activity)?.strayWork ?? [];
  const current: Current = {
    states: await operationStates(session, description, [...uuids]),
    rows: await readRowsOf(session, [...uuids]),
    workIds: await readExisting(session, stray),
  };
  const { activity, leftovers } = facts;
  return {
    ...facts,
    activity:
      activity !== null && 'value' in activity
        ? { value: stillActive(activity.value, uuids, current) }
        : activity,
    leftovers:
      leftovers !== null && 'value' in leftovers
        ? { value: stillLeft(leftovers.value, uuids, current) }
        : leftovers,
  };
}

function stillActive(activity: Activity, uuids: ReadonlySet<Uuid>, current: Current): Activity {
  return {
    ...activity,
    operations: activity.operations.flatMap((operation) =>
      uuids.has(operation.record.uuid) ? unchanged(operation, current) : [operation],
    ),
    strayWork: activity.strayWork
      .filter(({ row }) => current.workIds.has(String(row.id)))
      .map((work) =>
        work.operation !== null && uuids.has(work.operation.uuid) ? renewed(work, current) : work,
      ),
  };
}

function unchanged(operation: ActiveOperation, { states, rows }: Current): ActiveOperation[] {
  const { record, blocker } = operation;
  const state = states.get(record.uuid);
  if (state?.value !== record.state?.value || state?.since !== record.state?.since) return [];
  const { header = null, targets = [] } = rows.get(record.uuid) ?? {};
  return [{ blocker, record: { ...record, header: header?.header ?? null, targets } }];
}

function renewed(work: StrayWork, { states, rows }: Current): StrayWork {
  const { uuid } = work.operation!;
  const state = states.get(uuid)?.value ?? null;
  return { ...work, state, hasHeader: (rows.get(uuid)?.header ?? null) !== null };
}

function stillLeft(leftovers: Leftovers, uuids: ReadonlySet<Uuid>, { states, rows }: Current): Leftovers {
  const hasHeader = (uuid: Uuid): boolean => (rows.get(uuid)?.header ?? null) !== null;
  const isStill = (check: (one: StateOfOperation) => boolean) => (one: StateOfOperation) =>
    !uuids.has(one.uuid) || check(one);
  return {
    ...leftovers,
    headersWithoutState: leftovers.headersWithoutState.filter(
      isStill(({ uuid }) => hasHeader(uuid) && !states.has(uuid)),
    ),
    statesWithoutHeader: leftovers.statesWithoutHeader.filter(
      isStill(({ uuid, since }) => !hasHeader(uuid) && states.get(uuid)?.since === since),
    ),
  };
}

/** The operations that a finding is about: its subjects, or those that hold them. */
function operationsOf({ subjects }: Finding): Uuid[] {
  return subjects.flatMap(({ type, uuid, evidence = {} }) => {
    const named = (Array.isArray(evidence.operations) ? evidence.operations : []) as readonly EvidenceValue[];
    const holding = named.flatMap((one) =>
      typeof one === 'object' &&
      one !== null &&
      'operation_uuid' in one &&
      typeof one.operation_uuid === 'string'
        ? [one.operation_uuid]
        : [],
    );
    return uuid === null || type === 'network' ? holding : [uuid, ...holding];
  });
}

async function readExisting(session: Session, stray: readonly StrayWork[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const ids of chunks(stray.map(({ row }) => row.id))) {
    const rows = await session.rows<{ id: number | string }>(
      sql`SELECT id FROM work_queue WHERE id IN ${ids}`,
    );
    for (const { id } of rows) found.add(String(id));
  }
  return found;
}

function valueOf<T>(observed: { value: T } | { unknown: string } | null): T | null {
  return observed !== null && 'value' in observed ? observed.value : null;
}
