import { sql } from 'drizzle-orm';
import type { Uuid } from '../../core/uuid.js';
import { pythonJson } from '../../core/python-json.js';
import type { Json } from '../../core/json.js';
import type { Database } from '../database.js';
import { insertInto } from '../insert.js';

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

/**
 * Leaves audit events, as Shaken Fist does for what an operator changes (database contract, section 5): after the
 * change was committed, and in a transaction of their own, so that the log can fail without undoing the work.
 */
export async function recordAuditEvents(database: Database, audited: readonly AuditEvent[]): Promise<void> {
  if (audited.length === 0) return;
  const first = audited[0]!.eventUuid;
  await database.write({
    subject: `audit event ${first}`,
    work: async (session) => {
      await session.db.execute(insertInto('events', audited.map(eventRow)));
      await session.db.execute(insertInto('event_objects', audited.flatMap(objectRows)));
    },
    isCommitted: async (session) =>
      (await session.rows(sql`SELECT 1 FROM events WHERE event_uuid = ${first}`)).length > 0,
    inquiry: 'the events of the operation in Shaken Fist',
  });
}

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
