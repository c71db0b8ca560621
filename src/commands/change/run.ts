import { UsageError } from '../../core/errors.js';
import { readTypedObject } from '../../core/object-reference.js';
import type { Names } from '../../core/names.js';
import type { Uuid } from '../../core/uuid.js';
import type { Database } from '../../database/database.js';
import { readClusterFacts } from '../../database/queries/cluster-facts.js';
import { readNames } from '../../database/queries/names.js';
import { readOperationType } from '../../database/known-types.js';
import { applyAbort, planAbort } from '../../operations/abort.js';
import type { ChangeOutcome, ChangeRequest } from '../../operations/change.js';
import { chooseOperations, dependentsOf, type Choice } from '../../operations/choose-operations.js';
import { thisProducer } from '../../operations/producer.js';
import { applyRequeue, planRequeue } from '../../operations/requeue.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { changeAnswer } from './answer.js';
import type { ChangeCommandRequest } from './definitions.js';

type UseCaseRequest = Omit<ChangeRequest, 'decide'>;

/** What is done to the operations. */
interface Verb {
  infinitive: string;
  past: string;
  plan: (database: Database, request: UseCaseRequest) => Promise<ChangeOutcome[]>;
  apply: (
    database: Database,
    request: UseCaseRequest,
    planned: readonly ChangeOutcome[],
  ) => AsyncGenerator<ChangeOutcome>;
  /** Whether those that depend on an operation come before it. */
  isDependentsFirst: boolean;
}

export async function runRequeue(context: CommandContext, request: ChangeCommandRequest): Promise<AnyAnswer> {
  return run(context, request, {
    ...{ infinitive: 'requeue', past: 'requeued', plan: planRequeue, apply: applyRequeue },
    isDependentsFirst: false,
  });
}

/** What waits for an aborted operation goes first, so that none is left that waits for what never comes. */
export async function runAbort(context: CommandContext, request: ChangeCommandRequest): Promise<AnyAnswer> {
  return run(context, request, {
    ...{ infinitive: 'abort', past: 'aborted', plan: planAbort, apply: applyAbort },
    isDependentsFirst: true,
  });
}

async function run(context: CommandContext, request: ChangeCommandRequest, verb: Verb): Promise<AnyAnswer> {
  const { options } = request;
  const database = await context.database();
  await database.describe();
  const choice = await readChoice(database, request, context.now());
  const { operations, unknown } = await chooseOperations(database, choice, context.now());
  const all = options.cascade ? await withDependents(database, operations, verb) : operations;
  const useCase: UseCaseRequest = {
    operations: all,
    force: options.force,
    reason: options.reason ?? null,
    isRehearsal: options.dryRun,
    producer: thisProducer(),
    now: () => context.now(),
    warn: (text) => context.warn(text),
  };
  const planned = await verb.plan(database, useCase);
  for (const remark of new Set(planned.flatMap((plan) => ('kind' in plan ? [] : (plan.remark ?? [])))))
    context.warn(remark);
  const names = await shortNames(database, all);
  const changing = planned.flatMap((plan) => ('kind' in plan ? [] : plan.operationUuid));
  const { length: changes } = changing;
  if (!options.dryRun && changes > 0) {
    if (changes > operations.length)
      context.note(`${changes - operations.length} of them depend on the others.`);
    await context.confirm(
      `${capitalised(verb.infinitive)} ${changes === 1 ? names.uuid(changing[0]!) : `${changes} operations`}?`,
    );
  }
  const outcomes = verb.apply(database, useCase, planned);
  return changeAnswer(outcomes, { verb: verb.past, isRehearsal: options.dryRun, unknown, names });
}

async function shortNames(database: Database, operations: readonly Uuid[]): Promise<Names> {
  const description = await database.describe();
  return database.read(async (session) => {
    const { nodes } = await readClusterFacts(session, description);
    return readNames(session, description, { objects: [], operations }, nodes);
  });
}

async function withDependents(
  database: Database,
  operations: readonly Uuid[],
  { isDependentsFirst }: Verb,
): Promise<Uuid[]> {
  const dependents = await dependentsOf(database, operations);
  return isDependentsFirst ? [...dependents.reverse(), ...operations] : [...operations, ...dependents];
}

async function readChoice(
  database: Database,
  { options, arguments: { operation } }: ChangeCommandRequest,
  now: number,
): Promise<Choice> {
  const { pendingOn, allStuck, operationType, state, olderThan } = options;
  const isSelection = pendingOn !== undefined || allStuck !== undefined;
  if (operation.length === 0 && !isSelection) {
    throw new UsageError('Give operations, --pending-on or --all-stuck.', {
      hint: 'sf-ops pending --all lists what there is.',
    });
  }
  const filters = { operationType, state, olderThan };
  const [filter] = Object.entries(filters).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (filter !== undefined && !isSelection)
    throw new UsageError('--operation-type, --state and --older-than go with --pending-on or --all-stuck.');
  const type =
    operationType === undefined ? null : readOperationType(operationType, await database.describe());
  const youngest = olderThan === undefined ? Infinity : now - olderThan;
  return {
    operations: operation,
    pendingOn: pendingOn === undefined ? null : typedObject(pendingOn),
    stuck: allStuck === undefined ? null : { reason: allStuck === 'any' ? null : allStuck },
    isWanted: (found) =>
      (type === null || found.type === type) &&
      (state === undefined || found.state === state) &&
      (found.createdAt ?? 0) <= youngest,
  };
}

function typedObject(text: string): { objectType: string; object: string } {
  const read = readTypedObject(text);
  if (read !== null) return read;
  throw new UsageError(`--pending-on "${text}" is not an object: write TYPE:UUID, such as network:web.`);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
