import { UsageError, type SfOpsError } from '../../core/errors.js';
import { parseUuid } from '../../core/uuid.js';
import type { Database } from '../../database/database.js';
import { deadlineIn, NO_DEADLINE } from '../../database/limits.js';
import { readObjectType } from '../../database/known-types.js';
import { findOperations } from '../../database/queries/operation-references.js';
import { findObjects } from '../../database/queries/references.js';
import { ONE_TARGET_ONLY, recordsOneTargetOnly } from '../../database/queries/target-key.js';
import { MOST_OPERATIONS } from '../../database/queries/wait-look.js';
import { databaseForWaiting, type WaitRequest } from '../../operations/wait.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { sortReferences } from '../found-operations.js';
import { nameMissing, withMissingNamed } from '../missing.js';
import type { WaitCommandRequest } from './definition.js';
import { waitFor } from './wait-for.js';

export async function run(context: CommandContext, request: WaitCommandRequest): Promise<AnyAnswer> {
  const wish = await readWish(context, request);
  const { timeoutSeconds } = context;
  const { interval, any, failFast, newOnly, retryFor } = request.options;
  const once = timeoutSeconds === 0;
  if (newOnly && 'operations' in wish)
    throw new UsageError('--new-only goes with objects, not with --operation.');
  if (newOnly && once) throw new UsageError('--new-only waits for what comes: --timeout 0 does not wait.');
  if (interval <= 0) throw new UsageError('--interval must be longer than 0.');
  const limits = {
    once,
    deadline: timeoutSeconds === null || once ? NO_DEADLINE : deadlineIn(timeoutSeconds),
  };
  const database = databaseForWaiting(await context.database(), limits);
  try {
    const { subject, missing, warnings } = await resolve(database, wish);
    nameMissing(
      missing,
      'operations' in subject ? subject.operations.length : subject.objects.length,
      context,
    );
    for (const warning of warnings) context.warn(warning);
    const answer = await waitFor(
      context,
      database,
      {
        subject,
        any,
        failFast,
        newOnly,
        ...limits,
        intervalSeconds: interval,
        retrySeconds: retryFor ?? null,
      },
      warnings,
    );
    return withMissingNamed(answer, missing);
  } finally {
    await database.close();
  }
}

/** What is waited for, as typed. */
type Wish = { operations: readonly string[] } | { objectType: string; ids: readonly string[] };

/** After `--operation` the other words name operations too. */
async function readWish(
  context: CommandContext,
  { options, arguments: { objectType, uuid: ids } }: WaitCommandRequest,
): Promise<Wish> {
  if (options.operation.length > 0) {
    const words = [...options.operation, ...(objectType === undefined ? [] : [objectType]), ...ids];
    const operations: string[] = [];
    for (const word of words) {
      if (word !== '-') operations.push(word);
      else for await (const line of context.inputLines()) if (line !== '') operations.push(line);
    }
    if (operations.length === 0)
      throw new UsageError('Standard input is empty: it should hold ids, one a line.');
    return { operations };
  }
  if (objectType === undefined || ids.length === 0) {
    throw new UsageError('Give an object type and a uuid, or --operation and a uuid.', {
      hint: 'For example: sf-ops wait network web, or: sf-ops wait --operation 70000002',
    });
  }
  return { objectType, ids };
}

async function resolve(
  database: Database,
  wish: Wish,
): Promise<{ subject: WaitRequest['subject']; missing: readonly SfOpsError[]; warnings: string[] }> {
  if ('operations' in wish) {
    const whole = wish.operations.map(parseUuid);
    // Whole uuids need no look, so that a database which is away just now can be waited for.
    const { uuids: operations, missing } = whole.every((uuid) => uuid !== null)
      ? { uuids: [...new Set(whole)], missing: [] }
      : sortReferences(
          await database.read(async (session) =>
            findOperations(session, await database.describe(), wish.operations),
          ),
        );
    if (operations.length > MOST_OPERATIONS)
      throw new UsageError(
        `${operations.length} operations are too many to wait for: at most ${MOST_OPERATIONS}.`,
      );
    return { subject: { operations }, missing, warnings: [] };
  }
  const description = await database.describe();
  const typeName = readObjectType(wish.objectType, description);
  return database.read(async (session) => {
    const { found, missing } = await findObjects(session, description, typeName, wish.ids);
    const warnings = (await recordsOneTargetOnly(session)) ? [ONE_TARGET_ONLY] : [];
    return { subject: { objects: found }, missing, warnings };
  });
}
