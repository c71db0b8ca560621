import { targetsOf } from '../../core/operations/operation.js';
import { valueOfObjectType } from '../../core/object-types.js';
import type { Uuid } from '../../core/uuid.js';
import type { AuditEvent } from '../../database/queries/events.js';
import type { EnqueuePlan } from './plan.js';

/** The event that an enqueued operation leaves, on itself and on each of its targets. */
export function enqueueEvent(
  { request, operationUuid }: EnqueuePlan,
  producer: { fqdn: string; timestamp: number; eventUuid: Uuid },
): AuditEvent {
  const type = request.type.value;
  const targets = targetsOf(request).map(({ objectType, uuid }) => ({
    objectType: valueOfObjectType(objectType),
    uuid,
  }));
  return {
    ...producer,
    message: 'operation enqueued by sf-ops',
    extra: {
      operation_type: type,
      operation_uuid: operationUuid,
      tasks: request.tasks,
      priority: request.priority,
      queue_name: request.queue.name,
    },
    requestId: request.requestId,
    objects: [{ objectType: type, uuid: operationUuid }, ...targets],
  };
}
