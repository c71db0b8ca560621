import { NotFoundError, UsageError, type SfOpsError } from '../../core/errors.js';
import { Names } from '../../core/names.js';
import { isStuck } from '../../core/operations/blocker.js';
import { valueOfObjectType } from '../../core/object-types.js';
import { shown } from '../../core/parsed-value.js';
import type { DatabaseDescription } from '../../database/description.js';
import { findObjectType } from '../../database/known-types.js';
import { resolveObjects } from '../../database/queries/references.js';
import { findOperations } from '../../database/queries/operation-references.js';
import { readActiveList } from '../../database/queries/active-list.js';
import { targetsByNumber } from '../../database/queries/targets.js';
import type { Session } from '../../database/session.js';
import { explainObject } from '../../operations/explain-object.js';
import { explainOperations } from '../../operations/explain.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { goneOperation, sortReferences } from '../found-operations.js';
import { withMissing } from '../missing.js';
import { objectTypeOf, typedSubject } from '../subject.js';
import { explainAnswer } from './answer.js';
import type { ExplainRequest } from './definition.js';
import { explanationOf, type Explanation } from './explanation.js';
import { objectExplanation } from './object-explanation.js';

export interface Explained {
  explanations: readonly Explanation[];
  missing: readonly SfOpsError[];
  names: Names;
  /** How many more there are than are explained. */
  more: number;
  /** Targets of pending operations beyond those that one answer can be about. */
  notLookedAt: number;
}

/** The oldest pending targets that `--all-pending` looks at. */
const LOOKED_AT_MOST = 5_000;

export async function run(
  context: CommandContext,
  { options, arguments: { subject } }: ExplainRequest,
): Promise<AnyAnswer> {
  if (options.allPending === subject.length > 0) {
    throw new UsageError('Give operations, an object type and objects, or --all-pending.', {
      hint: 'For example: sf-ops explain network web',
    });
  }
  const database = await context.database();
  const description = await database.describe();
  const now = context.now();
  const explained = await database.snapshot(async (session) => {
    if (options.allPending) return allPending(session, description, options.limit, now);
    const words = typedSubject(subject, description);
    const typeName = words.length > 1 ? objectTypeOf(words[0]!, description) : null;
    return typeName === null
      ? operations(session, description, words, now)
      : objects(session, description, typeName, words.slice(1), now);
  });
  const { missing, explanations } = explained;
  return withMissing(explainAnswer(explained, now), missing, explanations.length, context);
}

async function operations(
  session: Session,
  description: DatabaseDescription,
  words: readonly string[],
  now: number,
): Promise<Explained> {
  const isType = words.length > 1 && findObjectType(words[0]!, description) !== null;
  const references = await findOperations(session, description, isType ? words.slice(1) : words);
  const { uuids, missing } = sortReferences(references);
  const { explanations, gone, names } = await explainOperations(session, description, uuids, now, {
    positions: true,
  });
  return {
    explanations: explanations.map((one) => explanationOf(one, isStuck(one.blocker), now)),
    missing: [...missing, ...gone.map(goneOperation)],
    names,
    more: 0,
    notLookedAt: 0,
  };
}

async function objects(
  session: Session,
  description: DatabaseDescription,
  typeName: string,
  words: readonly string[],
  now: number,
): Promise<Explained> {
  const type = valueOfObjectType(typeName);
  const explanations: Explanation[] = [];
  const missing: SfOpsError[] = [];
  let names = Names.NONE;
  for (const text of words) {
    try {
      const [object] = await resolveObjects(session, description, typeName, [text]);
      const explained = await explainObject(session, description, object!, type, now);
      if (!explained.isKnown) throw new NotFoundError(`There is no ${type} ${shown(text)}.`);
      explanations.push(objectExplanation(explained, now));
      names = names.with(explained.names);
    } catch (error) {
      if (!(error instanceof NotFoundError || error instanceof UsageError)) throw error;
      missing.push(error);
    }
  }
  return { explanations, missing, names, more: 0, notLookedAt: 0 };
}

async function allPending(
  session: Session,
  description: DatabaseDescription,
  limit: number,
  now: number,
): Promise<Explained> {
  const { sequenceNumbers } = await readActiveList(session, description, { typeName: null }, () => true);
  const oldest = sequenceNumbers.slice(0, LOOKED_AT_MOST);
  const targets = await targetsByNumber(session, description, oldest);
  const looked = [...new Set(targets.map(({ operationUuid }) => operationUuid))];
  const { explanations, names } = await explainOperations(session, description, looked, now);
  const all = explanations.map((one) => explanationOf(one, isStuck(one.blocker), now));
  const sorted = all.sort((a, b) => Number(b.isStuck) - Number(a.isStuck));
  const notLookedAt = sequenceNumbers.length - oldest.length;
  return {
    explanations: sorted.slice(0, limit),
    missing: [],
    names,
    more: Math.max(0, sorted.length - limit),
    notLookedAt,
  };
}
