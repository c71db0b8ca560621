import { isRecord, parseJson, type Json } from '../json.js';
import { parseUuid, type Uuid } from '../uuid.js';

/** A dependency as found: the type may be one that this program has never heard of. */
export interface FoundDependency {
  readonly op_type: string;
  readonly op_uuid: Uuid;
}

/** What could be read of a stored operation of any type and version. */
export interface FoundOperation {
  readonly uuid: Uuid | null;
  /** The keys that belong to the type, in stored order. */
  readonly fields: Readonly<Record<string, Json>>;
  readonly priority: string | null;
  readonly requestId: string | null;
  readonly tasks: readonly string[];
  readonly dependsOn: readonly FoundDependency[] | null;
  readonly runsAfter: readonly FoundDependency[] | null;
  readonly version: number | null;
  /** The keys whose value was not of the expected form; `metadata_json` when the whole text was not. Empty = all is well. */
  readonly unreadable: readonly string[];
}

/**
 * Reads `cluster_operations.metadata_json` for display. Never throws: a newer cluster may have types, tasks and keys
 * that are unknown here, an older one lacks keys, and a damaged row must not hide the others. Absent keys are null.
 *
 * @param text the column's text; null when the row is gone or the column is NULL.
 */
export function readStoredOperation(text: string | null): FoundOperation {
  const stored = parse(text);
  const { uuid, priority, request_id, tasks, depends_on, runs_after, version, ...fields } = stored ?? {};
  const unreadable: string[] = stored === null ? ['metadata_json'] : [];

  const expect = <T>(key: string, value: Json | undefined, read: (value: Json) => T | null): T | null => {
    if (value === undefined || value === null) return null;
    const result = read(value);
    if (result === null) unreadable.push(key);
    return result;
  };
  /** A list, without those items that cannot be read. */
  const expectList = <T>(
    key: string,
    value: Json | undefined,
    read: (value: Json) => T | null,
  ): T[] | null => {
    const items = expect(key, value, (list) => (Array.isArray(list) ? (list as readonly Json[]) : null));
    const found = items?.flatMap((item) => read(item) ?? []) ?? null;
    if (items !== null && found?.length !== items.length) unreadable.push(key);
    return found;
  };

  return {
    uuid: expect('uuid', uuid, (value) => (typeof value === 'string' ? parseUuid(value) : null)),
    fields: fields,
    priority: expect('priority', priority, asText),
    requestId: expect('request_id', request_id, asText),
    tasks: expectList('tasks', tasks, asText) ?? [],
    dependsOn: expectList('depends_on', depends_on, asDependency),
    runsAfter: expectList('runs_after', runs_after, asDependency),
    version: expect('version', version, (value) => (typeof value === 'number' ? value : null)),
    unreadable,
  };
}

function parse(text: string | null): Readonly<Record<string, Json>> | null {
  const value = text === null ? null : parseJson(text);
  return isRecord(value) ? (value as Record<string, Json>) : null;
}

function asText(value: Json): string | null {
  return typeof value === 'string' ? value : null;
}

function asDependency(value: Json): FoundDependency | null {
  if (!isRecord(value) || typeof value.op_type !== 'string' || typeof value.op_uuid !== 'string') return null;
  const uuid = parseUuid(value.op_uuid);
  return uuid === null ? null : { op_type: value.op_type, op_uuid: uuid };
}
