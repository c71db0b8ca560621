import type { OperationTypeValue } from '../object-types.js';
import type { Field, FieldName, TargetFieldName } from './field.js';

/** Which daemon drains the queue: sf-queues (`clusteroperation`) or sf-net (`network`). */
export const FAMILIES = ['clusteroperation', 'network'] as const;
export type Family = (typeof FAMILIES)[number];

/**
 * Where operations of a type may be sent: `networknode` is the elected network node, `any` whichever node is free,
 * `own-node` the node in the operation's `node_uuid`, `given-node` a node that the sender names as the target.
 */
export type Destination = 'networknode' | 'any' | 'own-node' | 'given-node';

export interface Route {
  readonly to: Destination;
  readonly family: Family;
}

/** The uuid columns of `cluster_operations`, filled from the fields of the same name. */
export const HEADER_COLUMNS = ['node_uuid', 'instance_uuid', 'network_uuid'] as const;
export type HeaderColumn = (typeof HEADER_COLUMNS)[number];

/** Everything that sf-ops knows about one type of operation. */
export interface OperationType<F extends FieldName = FieldName> {
  readonly value: OperationTypeValue;
  readonly summary: string;
  /** The type's own fields, in stored order. */
  readonly fields: readonly Field<F>[];
  readonly tasks: readonly string[];
  /** The fields that become rows of `cluster_operation_targets` when they are not null, in order. */
  readonly targets: readonly (F & TargetFieldName)[];
  /** The first is where an operation goes when nobody says otherwise. */
  readonly routes: readonly [Route, ...Route[]];
  /** The newest version of the stored form that this program can write. */
  readonly version: number;
  /** Tasks that are idempotent reconciliations, and the columns that tell one piece of such work from another. */
  readonly coalescing: {
    readonly tasks: readonly string[];
    readonly key: readonly (F & HeaderColumn)[];
  } | null;
}

type Declaration<F extends FieldName> = Pick<OperationType<F>, 'value' | 'summary' | 'fields'> &
  Pick<OperationType<NoInfer<F>>, 'tasks' | 'targets' | 'routes'> &
  Partial<Pick<OperationType<NoInfer<F>>, 'version' | 'coalescing'>>;

/** Declares a type. The compiler refuses a target or key that is not among the fields, and `node_uuid` as a target. */
export function declareType<F extends FieldName>(declaration: Declaration<F>): OperationType {
  return { version: 1, coalescing: null, ...declaration } satisfies OperationType<F>;
}
