import { NotFoundError, RefusedError } from '../../core/errors.js';
import { findOperationType } from '../../core/operations/catalogue.js';
import type { Database } from '../../database/database.js';
import { readRecords } from '../../database/queries/operation-records.js';
import { resolveOperations } from '../../database/queries/operation-references.js';

/**
 * The request, as a line of `enqueue --file`, that makes an operation like an old one: its fields, tasks, priority and
 * queue. What the old one waited for is not repeated: most of it has ended, or has failed.
 *
 * @param text the uuid of the old one, or its beginning
 * @throws NotFoundError for an operation that is unknown or gone, RefusedError for one that this program cannot write
 */
export async function requestLike(
  database: Database,
  text: string,
  now: number,
): Promise<Record<string, unknown>> {
  const description = await database.describe();
  const record = await database.snapshot(async (session) => {
    const [uuid] = await resolveOperations(session, description, [text]);
    return (await readRecords(session, description, [uuid!], now)).records.get(uuid!) ?? null;
  });
  if (record?.header == null) {
    throw new NotFoundError(`There is no operation ${text}, or nothing is left of what it was made with.`, {
      hint: 'Finished operations are removed; one that has failed is kept.',
    });
  }
  const { type: typeValue, header } = record;
  const type = findOperationType(typeValue);
  if (type === null)
    throw new RefusedError(`An operation of the type ${typeValue} cannot be written by this program.`);
  const { stored, nodeUuid } = header;
  const fields = type.fields
    .filter(({ derived }) => !derived)
    .flatMap(({ name }) => {
      const value = stored.fields[name] ?? null;
      return value === null ? [] : [[name, value] as const];
    });
  const isDerived = type.fields.some(({ name, derived }) => name === 'node_uuid' && derived);
  return {
    operation_type: type.value,
    ...Object.fromEntries(fields),
    tasks: stored.tasks,
    ...(header.priority === null ? {} : { priority: header.priority }),
    ...(isDerived && nodeUuid !== null ? { target: nodeUuid } : {}),
  };
}
