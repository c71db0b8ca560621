import { RefusedError } from '../../core/errors.js';
import type { ClusterFacts } from '../../core/cluster-facts.js';
import type { Conventions } from '../../core/operations/conventions.js';
import type { EnqueueRequest } from '../../core/operations/enqueue-request.js';
import { targetsOf, type Dependency, type Operation } from '../../core/operations/operation.js';
import { operationRows, type OperationRows } from '../../core/operations/operation-rows.js';
import type { OperationType } from '../../core/operations/operation-type.js';
import { differingKeys, storedOperation } from '../../core/operations/stored-operation.js';
import type { Json } from '../../core/json.js';
import { undrainedSentence, whyUndrained } from '../../core/queue-consumers.js';
import type { Uuid } from '../../core/uuid.js';
import { readClusterFacts } from '../../database/queries/cluster-facts.js';
import type { DatabaseDescription } from '../../database/description.js';
import { operationHeaders, type OperationHeader } from '../../database/queries/operations.js';
import type { Session } from '../../database/session.js';
import { recordsOneTargetOnly } from '../../database/queries/target-key.js';
import { activeTargets, lastTarget, type ObjectReference } from '../../database/queries/targets.js';
import { findAdoptable } from './coalesce.js';
import { readConventions } from './conventions.js';
import { requireObjects, requireOperations } from './existence.js';

/** What is to be done about one request. */
export interface EnqueuePlan {
  request: EnqueueRequest;
  operationUuid: Uuid;
  /** Unix seconds; of the existing operation where one is reused. */
  createdAt: number;
  /** What to write; null where an operation that exists already serves. */
  rows: OperationRows | null;
  /** Whether another operation was adopted, as opposed to this very one being there already. */
  reused: boolean;
  warnings: string[];
}

export interface PlanOptions {
  /** Skip the checks that objects and nodes exist. */
  force: boolean;
  /** Only to be looked at: nothing is locked, and the transaction may be read-only. */
  rehearsal: boolean;
  /** Unix seconds. */
  now: number;
  newUuid: () => Uuid;
}

/**
 * Looks up all that decides about requests: one planner for each transaction, because what it has learned (which
 * objects exist, how this cluster writes a type) holds within one snapshot only.
 */
export class EnqueuePlanner {
  readonly #conventions = new Map<OperationType, Conventions>();
  readonly #existing = new Set<string>();
  #cluster: ClusterFacts | null = null;
  #oneTargetOnly: boolean | null = null;

  constructor(
    private readonly session: Session,
    private readonly description: DatabaseDescription,
    private readonly options: PlanOptions,
  ) {}

  /**
   * @throws NotFoundError for objects, nodes or dependencies that do not exist
   * @throws RefusedError for what this database cannot hold, or a uuid that is taken by another operation
   */
  async plan(request: EnqueueRequest): Promise<EnqueuePlan> {
    const existing = request.uuid === null ? null : await this.#existingOperation(request, request.uuid);
    if (existing !== null) return existing;
    if (!this.options.force) await this.#requireObjects(request);
    await requireOperations(this.session, [...(request.dependsOn ?? []), ...named(request)]);
    const warnings = await this.#warnings(request);

    const adopted = await this.#adoptable(request);
    if (adopted !== null) {
      const { uuid, createdAt } = adopted;
      return { request, operationUuid: uuid, createdAt, rows: null, reused: true, warnings };
    }
    const operation = await this.#operation(request);
    await this.#requireRoomForTargets(operation);
    const conventions = await this.#conventionsOf(request.type);
    const { now } = this.options;
    const rows = operationRows(operation, request.queue, conventions, now, request.delay);
    return { request, operationUuid: operation.uuid, createdAt: now, rows, reused: false, warnings };
  }

  /** The plan for a uuid that is in use: nothing to do if it is the same operation. */
  async #existingOperation(request: EnqueueRequest, uuid: Uuid): Promise<EnqueuePlan | null> {
    const header = (await operationHeaders(this.session, [uuid])).get(uuid);
    if (header === undefined) return null;
    const differing = differences(request, uuid, header);
    if (differing.length > 0) {
      throw new RefusedError(
        `Operation ${uuid} exists and differs in ${differing.join(', ')}. Nothing was enqueued.`,
        {
          word: 'uuid_taken',
          hint: 'Use a new uuid, or repeat exactly what it was made with.',
        },
      );
    }
    return {
      request,
      operationUuid: uuid,
      createdAt: header.createdAt,
      rows: null,
      reused: false,
      warnings: [],
    };
  }

  /** An idempotency key asks for this very operation: adopting another would make the repeat enqueue a second one. */
  async #adoptable(request: EnqueueRequest): Promise<{ uuid: Uuid; createdAt: number } | null> {
    if (!request.coalesce || request.uuid !== null) return null;
    const scheduledAt = this.options.now + request.delay;
    const hold = !this.options.rehearsal;
    const uuid = await findAdoptable(this.session, this.description, request, scheduledAt, hold);
    if (uuid === null) return null;
    const header = (await operationHeaders(this.session, [uuid])).get(uuid);
    return { uuid, createdAt: header?.createdAt ?? this.options.now };
  }

  async #operation(request: EnqueueRequest): Promise<Operation> {
    const { type, fields, priority, requestId, tasks, dependsOn } = request;
    return {
      type,
      uuid: request.uuid ?? this.options.newUuid(),
      fields,
      priority,
      requestId,
      tasks,
      dependsOn,
      runsAfter: await this.#predecessors(request),
    };
  }

  /** `latest` and `pending` stand for what the targets' own rows say at this moment. */
  async #predecessors(request: EnqueueRequest): Promise<Dependency[] | null> {
    const found = new Map<Uuid, Dependency>(
      named(request).map((dependency) => [dependency.op_uuid, dependency]),
    );
    const add = (targets: { operationType: string; operationUuid: Uuid }[]): void => {
      for (const { operationType, operationUuid } of targets) {
        const dependency = { op_type: operationType as Dependency['op_type'], op_uuid: operationUuid };
        found.set(operationUuid, dependency);
      }
    };
    const objects = references(request);
    if (request.runsAfter?.includes('pending')) {
      const active = await activeTargets(this.session, this.description, objects);
      add(active.filter(({ observational }) => !observational));
    }
    if (request.runsAfter?.includes('latest')) {
      for (const object of objects) {
        const last = await lastTarget(this.session, this.description, object);
        if (last !== null) add([last]);
      }
    }
    return found.size === 0 ? null : [...found.values()];
  }

  async #requireObjects(request: EnqueueRequest): Promise<void> {
    const objects = request.type.fields.flatMap(({ name, objectType }) => {
      const uuid = request.fields[name];
      return objectType === null || typeof uuid !== 'string' ? [] : [{ typeName: objectType, uuid }];
    });
    if (request.queue.nodeUuid !== null) objects.push({ typeName: 'NODE', uuid: request.queue.nodeUuid });
    const unknown = new Map(objects.map((object) => [`${object.typeName} ${object.uuid}`, object]));
    for (const known of this.#existing) unknown.delete(known);
    await requireObjects(this.session, this.description, [...unknown.values()]);
    for (const key of unknown.keys()) this.#existing.add(key);
  }

  /** Before its second version the table has a unique key on the operation alone, and silently loses targets. */
  async #requireRoomForTargets(operation: Operation): Promise<void> {
    if (targetsOf(operation).length < 2) return;
    this.#oneTargetOnly ??= await recordsOneTargetOnly(this.session);
    if (!this.#oneTargetOnly) return;
    throw new RefusedError(
      `This database can record one target for an operation, and a ${operation.type.value} has ${targetsOf(operation).length}. Nothing was enqueued.`,
      {
        word: 'migration_needed',
        hint: 'Apply the migration first: sf-ops migrate apply composite-target-uniqueness',
      },
    );
  }

  async #warnings(request: EnqueueRequest): Promise<string[]> {
    this.#cluster ??= await readClusterFacts(this.session, this.description);
    const warnings = this.options.force
      ? ['--force: whether the objects and nodes exist was not checked']
      : [];
    const undrained = whyUndrained(request.queue.name, this.#cluster, this.options.now);
    if (undrained !== null)
      warnings.push(`nobody drains ${request.queue.name}: ${undrainedSentence(undrained)}`);
    return warnings;
  }

  async #conventionsOf(type: OperationType): Promise<Conventions> {
    const known = this.#conventions.get(type) ?? (await readConventions(this.session, type));
    this.#conventions.set(type, known);
    return known;
  }
}

function references(request: EnqueueRequest): ObjectReference[] {
  return targetsOf(request).map(({ objectType, uuid }) => ({ typeName: objectType, uuid }));
}

function named(request: EnqueueRequest): Dependency[] {
  return (request.runsAfter ?? []).filter((predecessor) => typeof predecessor !== 'string');
}

/** What `latest` and `pending` stood for was settled when the operation was first enqueued. */
function differences(request: EnqueueRequest, uuid: Uuid, header: OperationHeader): string[] {
  if (header.operationType !== request.type.value) return ['operation_type'];
  const asked = storedOperation({
    ...request,
    uuid,
    runsAfter: named(request).length === 0 ? null : named(request),
  });
  const keys = differingKeys(asked, JSON.parse(header.metadataJson) as Record<string, Json>);
  const isResolved = request.runsAfter?.some((predecessor) => typeof predecessor === 'string') ?? false;
  return keys.filter((key) => !(isResolved && key === 'runs_after'));
}
