import { sql } from 'drizzle-orm';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import { answered, optionalQuestion, type Question } from '../questions.js';

/** An event of Shaken Fist's log. */
export interface OperationEvent {
  eventUuid: Uuid;
  type: string;
  /** Unix seconds. */
  timestamp: number;
  /** The host that reported it. */
  fqdn: string;
  /** Seconds; null where it took no time. */
  duration: number | null;
  message: string;
  /** JSON as text, or null. */
  extra: string | null;
}

/** Events that are read in all; an operation has some dozens. */
const READ_AT_MOST = 5_000;

/** The events of operations, newest first; none where the account may not read them. */
export function eventsQuestion(
  operations: readonly { uuid: Uuid; type: string | null }[],
): Question<Map<Uuid, OperationEvent[]>> {
  const none = new Map<Uuid, OperationEvent[]>();
  const typed = operations.filter(({ type }) => type !== null);
  if (typed.length === 0) return answered(none);
  const pairs = typed.map(({ uuid, type }) => sql`(o.object_type = ${type} AND o.object_uuid = ${uuid})`);
  return optionalQuestion(
    sql`SELECT o.object_uuid, e.* FROM event_objects o STRAIGHT_JOIN events e ON e.event_uuid = o.event_uuid
      WHERE ${sql.join(pairs, sql` OR `)} LIMIT ${READ_AT_MOST}`,
    (rows: EventRow[]) => {
      const events = new Map<Uuid, OperationEvent[]>();
      for (const row of rows) {
        const uuid = parseUuid(row.object_uuid) ?? row.object_uuid;
        const list = events.get(uuid) ?? [];
        events.set(uuid, list);
        list.push({
          eventUuid: row.event_uuid,
          type: row.event_type,
          timestamp: row.timestamp,
          fqdn: row.fqdn,
          duration: row.duration,
          message: row.message,
          extra: row.extra,
        });
      }
      for (const list of events.values()) list.sort((a, b) => b.timestamp - a.timestamp);
      return events;
    },
    none,
  );
}

interface EventRow {
  object_uuid: string;
  event_uuid: string;
  event_type: string;
  timestamp: number;
  fqdn: string;
  duration: number | null;
  message: string;
  extra: string | null;
}
