import { valueOfObjectType } from '../../core/object-types.js';
import { readNames } from '../../database/queries/names.js';
import { readObjectType } from '../../database/known-types.js';
import { resolveObjects } from '../../database/queries/references.js';
import { readTimeline } from '../../operations/timeline.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { timelineAnswer } from './answer.js';
import type { TimelineRequest } from './definition.js';

export async function run(
  context: CommandContext,
  { arguments: { objectType, uuid }, options: { since, limit } }: TimelineRequest,
): Promise<AnyAnswer> {
  const database = await context.database();
  const description = await database.describe();
  const typeName = readObjectType(objectType, description);
  const now = context.now();
  return database.snapshot(async (session) => {
    const [object] = await resolveObjects(session, description, typeName, [uuid]);
    const found = await readTimeline(session, description, object!, {
      since: since === undefined ? 0 : now - since,
      limit: limit + 1,
      now,
    });
    const lifetimes = found.slice(-limit);
    const subject = { objectType: valueOfObjectType(typeName), uuid: object!.uuid };
    const operations = lifetimes.map((lifetime) => lifetime.uuid);
    const names = await readNames(session, description, { objects: [subject], operations }, []);
    return timelineAnswer({ subject, lifetimes, isCut: found.length > limit, names, now });
  });
}
