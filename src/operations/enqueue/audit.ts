import { randomUUID } from 'node:crypto';
import { InterruptedError, SfOpsError } from '../../core/errors.js';
import type { Json } from '../../core/json.js';
import { valueOfObjectType } from '../../core/object-types.js';
import type { Decision } from '../../core/operations/decide.js';
import { targetsOf } from '../../core/operations/operation.js';
import { storedOperation } from '../../core/operations/stored-operation.js';
import type { Uuid } from '../../core/uuid.js';
import type { Database } from '../../database/database.js';
import { recordAuditEvents, type AuditEvent } from '../../database/queries/events.js';
import { serverError, serverMessage } from '../../database/server-errors.js';
import type { EnqueueOutcome } from './enqueue.js';

/** Who changes something, for the events that tell of it. */
export interface Producer {
  /** The host that does it. */
  readonly fqdn: string;
  /** The account on that host. */
  readonly user: string;
}

/**
 * Leaves the events of what was enqueued. The operations are there whether or not their events can be written: that they
 * cannot is a warning.
 */
export async function auditEnqueued(
  database: Database,
  outcomes: readonly EnqueueOutcome[],
  producer: Producer,
  timestamp: number,
  warn: (text: string) => void,
): Promise<void> {
  const events = outcomes.flatMap((outcome) =>
    outcome instanceof SfOpsError
      ? []
      : (enqueueEvent(outcome, producer, { eventUuid: randomUUID(), timestamp }) ?? []),
  );
  try {
    await recordAuditEvents(database, events);
  } catch (error) {
    if (!(error instanceof SfOpsError) && serverError(error) === null) throw error;
    const subject = events.length === 1 ? 'The operation is' : `The ${events.length} operations are`;
    const reason = error instanceof InterruptedError ? 'interrupted' : serverMessage(error);
    warn(`${subject} enqueued, but the audit event could not be written: ${reason}`);
  }
}

/**
 * The event that a new operation leaves, as Shaken Fist's own enqueue does (operations contract, section 7): on itself,
 * on its targets, and on the node that it names; and who asked for it. Null where nothing was made.
 */
export function enqueueEvent(
  { request, operation, operationUuid }: Decision,
  producer: Producer,
  { eventUuid, timestamp }: { eventUuid: Uuid; timestamp: number },
): AuditEvent | null {
  if (operation === null) return null;
  const type = request.type.value;
  const targets = targetsOf(request).map(({ objectType, uuid }) => ({
    objectType: valueOfObjectType(objectType),
    uuid,
  }));
  const { node_uuid: node } = request.fields;
  const extra: Record<string, Json> = {
    ...storedOperation(operation),
    requested_by: { host: producer.fqdn, program: 'sf-ops', user: producer.user },
  };
  return {
    eventUuid,
    timestamp,
    fqdn: producer.fqdn,
    message: `${type} operation created with tasks ${request.tasks.join(', ')}`,
    extra: sorted(extra),
    requestId: request.requestId,
    objects: [
      { objectType: type, uuid: operationUuid },
      ...targets,
      ...(typeof node === 'string' ? [{ objectType: 'node', uuid: node }] : []),
    ],
  };
}

function sorted(values: Readonly<Record<string, Json>>): Record<string, Json> {
  const inOrder: Record<string, Json> = {};
  for (const key of Object.keys(values).sort()) inOrder[key] = values[key]!;
  return inOrder;
}
