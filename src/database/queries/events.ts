import type { SQL } from 'drizzle-orm';
import type { Uuid } from '../../core/uuid.js';
import { pythonJson } from '../../core/python-json.js';
import type { Json } from '../../core/json.js';
import type { Database } from '../database.js';
import { insertInto, insertRows } from '../insert.js';
import { runAtomically } from '../questions.js';

/** An event in Shaken Fist's log of what happened to an object. */
export interface AuditEvent {
  eventUuid: Uuid;
  /** Unix seconds. */
  timestamp: number;
  /** The host that did it. */
  fqdn: string;
  message: string;
  extra: Json;
  requestId: string | null;
  /** The objects it belongs to; types as values (`network`), unlike in ENUM columns. */
  objects: readonly { objectType: string; uuid: Uuid }[];
}

/** Seconds that events may take to be written once the work they tell of is done, whatever signals come. */
const MOST_SECONDS = 10;

/**
 * Leaves audit events, as Shaken Fist does for what an operator changes (database contract, section 5): after the
 * change was committed, and in a transaction of their own, so that the log can fail without undoing the work. One round
 * trip unless there are very many, which a signal does not end. To try again is harmless: an event that is there already
 * stays as it is.
 */
export async function recordAuditEvents(
  database: Database,
  audited: readonly AuditEvent[],
  mostBytes = 512 * 1024,
): Promise<void> {
  if (audited.length === 0) return;
  const options = { suffix: IF_NEW, mostBytes };
  const statements = [
    ...insertRows('events', audited.map(eventRow), options),
    ...insertRows('event_objects', audited.flatMap(objectRows), options),
  ];
  await database.read(async (session) =>
    session.uninterrupted(async () =>
      session.within(MOST_SECONDS, async () => runAtomically(session, statements, mostBytes)),
    ),
  );
}

/** The INSERTs of one event, for a transaction that changes something and tells of it in one. */
export function eventStatements(event: AuditEvent): SQL[] {
  return [insertInto('events', [eventRow(event)]), insertInto('event_objects', objectRows(event))];
}

const IF_NEW = 'ON DUPLICATE KEY UPDATE event_uuid = VALUES(event_uuid)';

function eventRow(event: AuditEvent): Record<string, string | number | null> {
  return {
    event_uuid: event.eventUuid,
    event_type: 'audit',
    timestamp: event.timestamp,
    fqdn: event.fqdn,
    duration: null,
    message: event.message,
    extra: pythonJson(event.extra),
    request_id: event.requestId,
  };
}

function objectRows(event: AuditEvent): Record<string, string>[] {
  return event.objects.map(({ objectType, uuid }) => ({
    object_type: objectType,
    object_uuid: uuid,
    event_uuid: event.eventUuid,
  }));
}
