import type { Uuid } from '../uuid.js';
import { findOperationType } from './catalogue.js';
import type { Route } from './operation-type.js';
import { queueName } from './queue-name.js';

/** Where an operation of a type that this program does not know may have been sent. */
const ANY_ROUTE: readonly Route[] = [
  { to: 'networknode', family: 'clusteroperation' },
  { to: 'any', family: 'clusteroperation' },
  { to: 'own-node', family: 'clusteroperation' },
  { to: 'own-node', family: 'network' },
];

/**
 * The queues in which the work row of an operation is to be looked for first: where the routes of its type lead. A row
 * may still be elsewhere, for whoever sends an operation chooses the queue.
 *
 * @param nodeUuid the operation's own `node_uuid`
 */
export function likelyQueues(type: string | null, nodeUuid: Uuid | null, priority: string | null): string[] {
  if (priority === null) return [];
  const routes = findOperationType(type)?.routes ?? ANY_ROUTE;
  const names = routes.flatMap(({ to, family }) => {
    const target = to === 'networknode' || to === 'any' ? to : nodeUuid;
    return target === null ? [] : [queueName(target, family, priority)];
  });
  return [...new Set(names)];
}
