import { isRecord } from '../json.js';
import { shown, suggestion, type Parsed } from '../parsed-value.js';
import { findOperationType, OPERATION_TYPES } from './catalogue.js';
import { readUuid4 } from './field-value.js';
import type { Dependency } from './operation.js';

/** What only the database can say: the newest operation of the targets, or all that are pending on them. */
const LATER_RESOLVED = ['latest', 'pending'] as const;

/** `latest` and `pending` become operations inside the transaction that enqueues. */
export type Predecessor = Dependency | (typeof LATER_RESOLVED)[number];

/** Operations given as `TYPE:UUID` or as `{op_type, op_uuid}`: one, or a list. */
export function readDependencies(value: unknown): Parsed<Dependency[]> {
  return readList(value, readDependency);
}

/** As `readDependencies`, with the words `latest` and `pending` allowed. */
export function readPredecessors(value: unknown): Parsed<Predecessor[]> {
  return readList<Predecessor>(value, (item) => {
    const word = LATER_RESOLVED.find((candidate) => candidate === item);
    return word === undefined ? readDependency(item) : { value: word };
  });
}

function readList<T extends Predecessor>(
  value: unknown,
  readItem: (item: unknown) => Parsed<T>,
): Parsed<T[]> {
  const found = new Map<string, T>();
  for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
    const parsed = readItem(item);
    if ('problem' in parsed) return parsed;
    const id = typeof parsed.value === 'string' ? parsed.value : parsed.value.op_uuid;
    if (found.has(id)) return { problem: `${id} is named twice` };
    found.set(id, parsed.value);
  }
  return { value: [...found.values()] };
}

function readDependency(item: unknown): Parsed<Dependency> {
  const [typeText, uuidText] = parts(item);
  if (typeText === undefined || uuidText === undefined) {
    return { problem: `${shown(item)} is not an operation (TYPE:UUID, or {"op_type", "op_uuid"})` };
  }
  const type = findOperationType(typeText);
  if (type === null) {
    const values = OPERATION_TYPES.map((known) => known.value);
    return { problem: `${shown(typeText)} is not an operation type${suggestion(typeText, values)}` };
  }
  const uuid = readUuid4(uuidText);
  return 'problem' in uuid ? uuid : { value: { op_type: type.value, op_uuid: uuid.value } };
}

function parts(item: unknown): unknown[] {
  if (typeof item === 'string') {
    const colon = item.indexOf(':');
    return colon < 0 ? [] : [item.slice(0, colon), item.slice(colon + 1)];
  }
  if (!isRecord(item) || Object.keys(item).length !== 2) return [];
  return [item.op_type, item.op_uuid];
}
