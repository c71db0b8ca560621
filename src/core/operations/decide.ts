import { NotFoundError, RefusedError, SfOpsError } from '../errors.js';
import type { Json } from '../json.js';
import { isDeleted } from '../object-states.js';
import { valueOfObjectType } from '../object-types.js';
import type { Uuid } from '../uuid.js';
import { objectKey, type Batch, type ExistingOperation, type ObjectFacts } from './enqueue-batch.js';
import type { EnqueueRequest } from './enqueue-request.js';
import { imageNameWarning } from './image-name.js';
import { targetsOf, type Dependency, type Operation } from './operation.js';
import { bytesOf, operationRows, type OperationRows } from './operation-rows.js';
import { differingKeys, storedOperation } from './stored-operation.js';

/** What is to be done about one request. */
export interface Decision {
  readonly request: EnqueueRequest;
  readonly operationUuid: Uuid;
  /** Unix seconds; of the existing operation where one is reused. */
  readonly createdAt: number;
  /** The whole operation as it is, or will be, stored; null where one that exists already serves. */
  readonly operation: Operation | null;
  /** What to write; null where an operation that exists already serves. */
  readonly rows: OperationRows | null;
  /** Whether another operation was adopted, as opposed to this very one being there already. */
  readonly reused: boolean;
  readonly warnings: readonly string[];
}

/** A request with the uuid that a new operation would get; made before, so that a second attempt writes the same. */
export interface IdentifiedRequest {
  readonly request: EnqueueRequest;
  readonly newUuid: Uuid;
}

export interface DecideOptions {
  /** Whether objects, nodes and dependencies are taken as they are named. */
  readonly force: boolean;
}

export interface DecideAllOptions extends DecideOptions {
  /** Whether nothing is decided after the first error. */
  readonly stopAtError?: boolean;
}

/**
 * Decides about one request and remembers the decision in the batch. A pure function of its arguments: the batch holds
 * all that the database has to say.
 *
 * @throws NotFoundError for objects, nodes or dependencies that do not exist
 * @throws RefusedError for what this cluster cannot hold or would not run, or a uuid that is taken by another operation
 */
export function decide(
  { request, newUuid }: IdentifiedRequest,
  batch: Batch,
  options: DecideOptions,
): Decision {
  const taken = batch.operation(request.uuid ?? newUuid);
  if (taken !== null) return repeated(request, taken);
  const warnings = [
    ...(options.force ? ['--force: whether the objects and nodes exist was not checked'] : []),
    ...checkDependencies(request, batch, options),
    ...oddities(request, batch),
  ];
  if (!options.force) checkObjects(request, batch);

  // A uuid is the wish for this very operation: adopting another would make the repeat enqueue a second one.
  const adopted = request.coalesce && request.uuid === null ? batch.adoptable(request) : null;
  if (adopted !== null) {
    const { uuid: operationUuid, createdAt } = adopted;
    return { request, operationUuid, createdAt, operation: null, rows: null, reused: true, warnings };
  }
  const operation = operationFor(request, request.uuid ?? newUuid, batch);
  checkRoomForTargets(operation, batch);
  const conventions = batch.conventions(request.type);
  if (conventions.isGuess) {
    const { value } = request.type;
    warnings.push(
      `neither a node nor an earlier operation tells which versions of ${value} this cluster accepts: written in version ${conventions.version}`,
    );
  }
  const rows = operationRows(operation, request.queue, conventions, batch.now, request.delay);
  checkSize(rows, batch);
  batch.add(request, operation.uuid, rows.cluster_operations[0]!.metadata_json as string);
  const { uuid: operationUuid } = operation;
  return { request, operationUuid, createdAt: batch.now, operation, rows, reused: false, warnings };
}

/** Decides about a list, one after the other. What cannot be met is its error, and does not keep the others back. */
export function decideAll(
  requests: readonly (IdentifiedRequest | SfOpsError)[],
  batch: Batch,
  options: DecideAllOptions,
): (Decision | SfOpsError)[] {
  const outcomes: (Decision | SfOpsError)[] = [];
  for (const request of requests) {
    const outcome = request instanceof SfOpsError ? request : outcomeOf(request, batch, options);
    outcomes.push(outcome);
    if (outcome instanceof SfOpsError && options.stopAtError === true) break;
  }
  return outcomes;
}

function outcomeOf(request: IdentifiedRequest, batch: Batch, options: DecideOptions): Decision | SfOpsError {
  try {
    return decide(request, batch, options);
  } catch (error) {
    if (error instanceof SfOpsError) return error;
    throw error;
  }
}

/** Nothing to do for a uuid that is in use, if it is the same operation. */
function repeated(request: EnqueueRequest, existing: ExistingOperation): Decision {
  const differing = differences(request, existing);
  if (differing.length > 0) {
    throw new RefusedError(
      `Operation ${existing.uuid} exists and differs in ${differing.join(', ')}. Nothing was enqueued.`,
      { word: 'uuid_taken', hint: 'Use a new uuid, or repeat exactly what it was made with.' },
    );
  }
  const { uuid: operationUuid, createdAt } = existing;
  return { request, operationUuid, createdAt, operation: null, rows: null, reused: false, warnings: [] };
}

/** What `latest` and `pending` stood for was settled when the operation was first enqueued. */
function differences(request: EnqueueRequest, existing: ExistingOperation): string[] {
  if (existing.operationType !== request.type.value) return ['operation_type'];
  const runsAfter = named(request).length === 0 ? null : named(request);
  const asked = storedOperation({ ...request, uuid: existing.uuid, runsAfter });
  const keys = differingKeys(asked, JSON.parse(existing.metadataJson) as Record<string, Json>);
  const isResolved = request.runsAfter?.some((predecessor) => typeof predecessor === 'string') ?? false;
  return keys.filter((key) => !(isResolved && key === 'runs_after'));
}

/**
 * The operations to wait for must exist, and those that must complete must still be able to: a worker aborts what depends
 * on one that failed (operations contract, section 1).
 */
function checkDependencies(request: EnqueueRequest, batch: Batch, { force }: DecideOptions): string[] {
  if (request.dependsOn === null && request.runsAfter === null) return [];
  const dependsOn = request.dependsOn ?? [];
  const missing = [...dependsOn, ...named(request)].filter(
    ({ op_type, op_uuid }) => batch.operation(op_uuid)?.operationType !== op_type,
  );
  if (missing.length > 0) {
    throw new NotFoundError(`There is no operation ${listed(missing)} to wait for.`, {
      hint: 'Nothing was enqueued.',
    });
  }
  const hopeless = dependsOn.flatMap(({ op_type, op_uuid }) => {
    const ending = whyNeverComplete(batch.operation(op_uuid)!.state);
    return ending === null ? [] : [`${op_type} ${op_uuid} ${ending}`];
  });
  if (hopeless.length === 0) return [];
  const sentence = `${hopeless.join('; ')}: what depends on it is aborted, it never runs`;
  if (force) return [`--force: ${sentence}`];
  throw new RefusedError(`${sentence}. Nothing was enqueued.`, {
    word: 'dependency_failed',
    hint: 'Leave the dependency out, use --runs-after to wait for its end only, or --force to enqueue all the same.',
  });
}

function whyNeverComplete(state: string | null): string | null {
  switch (state) {
    case 'error':
      return 'has failed';
    case 'abort':
      return 'was aborted';
    case 'deleted':
      return 'is deleted';
    case null:
      return 'has no state, and is about to be removed';
    default:
      return null;
  }
}

function checkObjects(request: EnqueueRequest, batch: Batch): void {
  const objects = referencedObjects(request);
  const problems = objects.flatMap(({ typeName, uuid }) => {
    const problem = whyAbsent(batch.facts.objects.get(objectKey(typeName, uuid)));
    return problem === null ? [] : [`${valueOfObjectType(typeName)} ${uuid} ${problem}`];
  });
  if (problems.length > 0) {
    throw new NotFoundError(`${problems.join('; ')}.`, {
      hint: 'Nothing was enqueued. --force skips this check.',
    });
  }
  checkInterface(request, batch);
}

/** The objects and the node that a request names; each must exist. */
export function referencedObjects(request: EnqueueRequest): { typeName: string; uuid: Uuid }[] {
  const objects: { typeName: string; uuid: Uuid }[] = [];
  for (const { name, objectType } of request.type.fields) {
    const uuid = request.fields[name];
    if (objectType !== null && typeof uuid === 'string') objects.push({ typeName: objectType, uuid });
  }
  const { nodeUuid } = request.queue;
  if (nodeUuid === null) return objects;
  const isNamed = objects.some(({ typeName, uuid }) => typeName === 'NODE' && uuid === nodeUuid);
  if (!isNamed) objects.push({ typeName: 'NODE', uuid: nodeUuid });
  return objects;
}

function whyAbsent(facts: ObjectFacts | undefined): string | null {
  const { state, hasRow = null } = facts ?? { state: undefined };
  if (isDeleted(state ?? null)) return 'is deleted';
  const exists = hasRow ?? state !== undefined;
  return exists ? null : 'does not exist';
}

/** An interface that is plugged in elsewhere would be worked on there, and the objects that are named stay busy. */
function checkInterface(request: EnqueueRequest, batch: Batch): void {
  const { interface_uuid: uuid, network_uuid: network, instance_uuid: instance } = request.fields;
  const facts = typeof uuid === 'string' ? batch.facts.interfaces.get(uuid) : undefined;
  if (facts === undefined) return;
  const elsewhere = [
    ...(typeof network === 'string' && network !== facts.networkUuid
      ? [`on network ${facts.networkUuid}, not ${network}`]
      : []),
    ...(typeof instance === 'string' && instance !== facts.instanceUuid
      ? [`of instance ${facts.instanceUuid}, not ${instance}`]
      : []),
  ];
  if (elsewhere.length === 0) return;
  throw new RefusedError(
    `Interface ${uuid as string} is ${elsewhere.join(', and ')}. Nothing was enqueued.`,
    {
      word: 'interface_elsewhere',
      hint: 'Name the network and the instance that the interface belongs to; --force skips this check.',
    },
  );
}

/** Before its second version the table has a unique key on the operation alone, and silently loses targets. */
function checkRoomForTargets(operation: Operation, batch: Batch): void {
  const count = targetsOf(operation).length;
  if (count < 2 || !batch.facts.recordsOneTargetOnly) return;
  throw new RefusedError(
    `This database can record one target for an operation, and a ${operation.type.value} has ${count}. Nothing was enqueued.`,
    {
      word: 'migration_needed',
      hint: 'Apply the migration of cluster_operation_targets first; see: sf-ops migrate status',
    },
  );
}

/** Room in a statement beside the row that it writes. */
const STATEMENT_BYTES = 1024;

function checkSize(rows: OperationRows, batch: Batch): void {
  const bytes = bytesOf(rows.cluster_operations[0]!) + STATEMENT_BYTES;
  const { packetBytes } = batch.facts;
  if (bytes <= packetBytes) return;
  throw new RefusedError(
    `The operation takes a statement of ${bytes} bytes, and the server takes ${packetBytes} (max_allowed_packet). Nothing was enqueued.`,
    { word: 'too_large' },
  );
}

function oddities(request: EnqueueRequest, batch: Batch): string[] {
  const undrained = batch.undrained(request.queue.name);
  const image = typeof request.fields.url === 'string' ? imageNameWarning(request.fields.url) : null;
  return [
    ...(undrained === null ? [] : [`nobody drains ${request.queue.name}: ${undrained}`]),
    ...(image === null ? [] : [image]),
  ];
}

function operationFor(request: EnqueueRequest, uuid: Uuid, batch: Batch): Operation {
  const { type, fields, priority, requestId, tasks, dependsOn } = request;
  return {
    ...{ type, uuid, fields, priority, requestId, tasks, dependsOn },
    runsAfter: predecessors(request, batch),
  };
}

/** `latest` and `pending` stand for what the targets' own rows say at this moment. */
function predecessors(request: EnqueueRequest, batch: Batch): Dependency[] | null {
  const found = new Map<Uuid, Dependency>();
  const add = (dependencies: readonly Dependency[]): void => {
    for (const dependency of dependencies) found.set(dependency.op_uuid, dependency);
  };
  add(named(request));
  const targets = targetsOf(request);
  if (request.runsAfter?.includes('pending')) for (const target of targets) add(batch.active(target));
  if (request.runsAfter?.includes('latest')) {
    for (const target of targets) add([batch.latest(target)].filter((last) => last !== null));
  }
  return found.size === 0 ? null : [...found.values()];
}

function named(request: EnqueueRequest): Dependency[] {
  return (request.runsAfter ?? []).filter((predecessor) => typeof predecessor !== 'string');
}

function listed(dependencies: readonly Dependency[]): string {
  return dependencies.map(({ op_type, op_uuid }) => `${op_type} ${op_uuid}`).join(', ');
}
