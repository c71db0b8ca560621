import { isRecord } from '../json.js';
import { nameOfObjectType } from '../object-types.js';
import { readObjectWish } from '../object-reference.js';
import { parseUuid, type Uuid } from '../uuid.js';
import { findOperationType } from './catalogue.js';

/** A name, or the beginning of a uuid, where a request names an object, a node, or an operation. */
export interface NamedReference {
  /** The ENUM's name of what is named: `NETWORK`, `NET_OP`. */
  readonly typeName: string;
  readonly text: string;
}

const PLACES = new Set(['networknode', 'any']);

/** What has to be looked up before a request, given as a line of `enqueue --file`, can be read. */
export function namedReferences(raw: unknown): NamedReference[] {
  const found: NamedReference[] = [];
  withReferences(raw, (reference) => {
    found.push(reference);
    return reference.text;
  });
  return found;
}

/**
 * The request with a uuid wherever it had a name. What is a uuid already, or wrong in another way, is left for the
 * validation to refuse.
 *
 * @param uuidOf may throw, for a name that nothing or several things have
 */
export function withReferences(raw: unknown, uuidOf: (reference: NamedReference) => Uuid): unknown {
  const type = isRecord(raw) ? findOperationType(raw.operation_type) : null;
  if (!isRecord(raw) || type === null) return raw;
  let resolved: Record<string, unknown> | null = null;
  const put = (key: string, value: unknown): void => {
    resolved ??= { ...raw };
    resolved[key] = value;
  };
  const replace = (key: string, typeName: string): void => {
    const value = raw[key];
    if (isName(value)) put(key, uuidOf({ typeName, text: value }));
  };
  for (const { name, objectType } of type.fields) if (objectType !== null) replace(name, objectType);
  if (!PLACES.has(String(raw.target).toLowerCase())) replace('target', 'NODE');
  for (const key of ['depends_on', 'runs_after']) {
    const value = raw[key];
    if (value === undefined || value === null) continue;
    const items = Array.isArray(value)
      ? value.map((item: unknown) => withOperation(item, uuidOf))
      : withOperation(value, uuidOf);
    put(key, items);
  }
  return resolved ?? raw;
}

/**
 * Whether a request, given as a line of `enqueue --file`, means the same whatever was enqueued just before it: it names no
 * operation, and none that waits could do instead.
 */
export function standsAlone(raw: unknown): boolean {
  if (!isRecord(raw)) return true;
  const { uuid, depends_on, runs_after, coalesce, tasks } = raw;
  if ([uuid, depends_on, runs_after].some((value) => value !== undefined && value !== null)) return false;
  const coalescing = findOperationType(raw.operation_type)?.coalescing ?? null;
  if (coalescing === null || coalesce === false || !Array.isArray(tasks)) return true;
  return !tasks.some((task) => coalescing.tasks.includes(String(task).toLowerCase()));
}

/** `net_op:70000001` or `{op_type, op_uuid}` with the beginning of a uuid; everything else as it is. */
function withOperation(item: unknown, uuidOf: (reference: NamedReference) => Uuid): unknown {
  const resolve = (typeText: string, text: unknown): Uuid | null => {
    const typeName = nameOfObjectType(typeText);
    if (typeName === null || !isName(text)) return null;
    const wish = readObjectWish(text);
    return 'uuid' in wish || wish.prefix === null ? null : uuidOf({ typeName, text });
  };
  if (typeof item === 'string') {
    const [typeText, text] = item.split(':', 2);
    const uuid = resolve(typeText!, text);
    return uuid === null ? item : `${typeText}:${uuid}`;
  }
  if (!isRecord(item) || typeof item.op_type !== 'string') return item;
  const uuid = resolve(item.op_type, item.op_uuid);
  return uuid === null ? item : { ...item, op_uuid: uuid };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && parseUuid(value) === null;
}
