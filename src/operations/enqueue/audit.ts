import type { Json } from '../../core/json.js';
import { valueOfObjectType } from '../../core/object-types.js';
import type { Decision } from '../../core/operations/decide.js';
import { targetsOf } from '../../core/operations/operation.js';
import { storedOperation } from '../../core/operations/stored-operation.js';
import type { Uuid } from '../../core/uuid.js';
import type { AuditEvent } from '../../database/queries/events.js';

/** Who changes something, for the events that tell of it. */
export interface Producer {
  /** The host that does it. */
  readonly fqdn: string;
  /** The account on that host. */
  readonly user: string;
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
    extra: Object.fromEntries(Object.entries(extra).sort(([a], [b]) => (a < b ? -1 : 1))),
    requestId: request.requestId,
    objects: [
      { objectType: type, uuid: operationUuid },
      ...targets,
      ...(typeof node === 'string' ? [{ objectType: 'node', uuid: node }] : []),
    ],
  };
}
