import type { Names } from '../core/names.js';
import type { RelatedOperation } from '../core/operations/operation-record.js';
import type { Observed } from '../core/observed.js';
import type { Uuid } from '../core/uuid.js';
import type { DatabaseDescription } from '../database/description.js';
import { readDependents } from '../database/queries/dependents.js';
import { nameQuestions, namesFrom } from '../database/queries/names.js';
import { eventsQuestion, type OperationEvent } from '../database/queries/operation-events.js';
import { askTogether } from '../database/questions.js';
import type { Session } from '../database/session.js';
import { explainOperations, type OperationExplanation } from './explain.js';

/** All that the database holds about an operation. */
export interface ShownOperation extends OperationExplanation {
  /** Newest first. */
  readonly events: readonly OperationEvent[];
  readonly requiredBy: Observed<readonly RelatedOperation[]>;
}

export interface ShownOperations {
  readonly operations: readonly ShownOperation[];
  /** Those of which no row is left. */
  readonly gone: readonly Uuid[];
  readonly names: Names;
}

/**
 * Everything about operations, to be read in a snapshot.
 *
 * @param mostEvents of each operation
 * @param now unix seconds
 */
export async function showOperations(
  session: Session,
  description: DatabaseDescription,
  uuids: readonly Uuid[],
  mostEvents: number,
  now: number,
): Promise<ShownOperations> {
  const { explanations, gone, names } = await explainOperations(session, description, uuids, now);
  const shown = explanations.map(({ record }) => record);
  const dependents = await readDependents(
    session,
    description,
    shown.map(({ uuid }) => uuid),
  );
  const waiting = 'value' in dependents ? [...dependents.value.values()].flat() : [];
  const { events, ...answers } = await askTogether(session, {
    events: eventsQuestion(mostEvents === 0 ? [] : shown),
    ...nameQuestions(description, { objects: [], operations: waiting.map(({ uuid }) => uuid) }),
  });
  const operations = explanations.map((explanation) => {
    const { uuid } = explanation.record;
    return {
      ...explanation,
      events: (events.get(uuid) ?? []).slice(0, mostEvents),
      requiredBy: 'value' in dependents ? { value: dependents.value.get(uuid) ?? [] } : dependents,
    };
  });
  return { operations, gone, names: names.with(namesFrom(answers, [])) };
}
