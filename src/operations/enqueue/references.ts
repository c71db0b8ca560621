import { findOperationType } from '../../core/operations/catalogue.js';
import { parseUuid } from '../../core/uuid.js';
import type { Database } from '../../database/database.js';
import { resolveObjects } from '../../database/queries/objects.js';

const PLACES = new Set(['networknode', 'any']);

/**
 * Replaces names and beginnings of uuids by uuids wherever a request names an object or a node. What is a uuid already,
 * or wrong in another way, is left for the validation to judge.
 *
 * @throws NotFoundError, UsageError as `resolveObjects`
 */
export async function resolveReferences(
  database: Database,
  raw: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const type = findOperationType(raw.operation_type);
  if (type === null) return raw;
  const wanted = new Map<string, string>();
  for (const { name, objectType } of type.fields) if (objectType !== null) wanted.set(name, objectType);
  if (!PLACES.has(String(raw.target))) wanted.set('target', 'NODE');

  const named = [...wanted].filter(([key]) => isName(raw[key]));
  if (named.length === 0) return raw;
  const description = await database.describe();
  const resolved = await database.snapshot(async (session) => {
    const found: Record<string, string> = {};
    for (const [key, objectType] of named) {
      const [object] = await resolveObjects(session, description, objectType, [raw[key] as string]);
      found[key] = object!.uuid;
    }
    return found;
  });
  return { ...raw, ...resolved };
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && parseUuid(value) === null;
}
