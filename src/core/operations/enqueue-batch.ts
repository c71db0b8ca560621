import type { ClusterFacts } from '../cluster-facts.js';
import type { Json } from '../json.js';
import { undrainedSentence, whyUndrained } from '../queue-consumers.js';
import { parseUuid, type Uuid } from '../uuid.js';
import { byAge, canAdopt, workKey, workKeyOfCandidate, type Candidate } from './coalescing.js';
import { conventionsFor, type Conventions, type VersionSources } from './conventions.js';
import type { EnqueueRequest } from './enqueue-request.js';
import { headerUuids, targetsOf, type Dependency, type Target } from './operation.js';
import { HEADER_COLUMNS, type OperationType } from './operation-type.js';
import { readStoredOperation } from './read-operation.js';

/** An operation that is there already, as far as a request can ask about it. Times are unix seconds. */
export interface ExistingOperation {
  readonly uuid: Uuid;
  readonly operationType: string;
  readonly createdAt: number;
  /** Null where it has no state. */
  readonly state: string | null;
  readonly metadataJson: string;
}

/** What the database says about an object. */
export interface ObjectFacts {
  /** Undefined where it has no state row. */
  readonly state: string | null | undefined;
  /** Whether the table of its type has a row of it; null where the type has no table here. */
  readonly hasRow: boolean | null;
}

/** Where an interface is plugged in. */
export interface InterfaceFacts {
  readonly networkUuid: Uuid;
  readonly instanceUuid: Uuid;
}

/** All that the database has to say about a list of requests, of one moment. Objects: key as of `objectKey`. */
export interface BatchFacts {
  /** By uuid: those whose uuid is asked for, and those that are to be waited for. */
  readonly operations: ReadonlyMap<Uuid, ExistingOperation>;
  readonly objects: ReadonlyMap<string, ObjectFacts>;
  readonly interfaces: ReadonlyMap<Uuid, InterfaceFacts>;
  /** The waiting operations that could do instead of a new one. */
  readonly candidates: readonly Candidate[];
  /** The active operations of each object that was asked for, oldest first. */
  readonly active: ReadonlyMap<string, readonly Dependency[]>;
  /** The last recorded operation of each object that was asked for. */
  readonly latest: ReadonlyMap<string, Dependency>;
  /** By the type's value. */
  readonly versions: ReadonlyMap<string, VersionSources>;
  readonly cluster: ClusterFacts;
  /** Whether `cluster_operation_targets` can hold one target of an operation only. */
  readonly recordsOneTargetOnly: boolean;
  /** The largest statement that the server takes. */
  readonly packetBytes: number;
}

export function objectKey(typeName: string, uuid: Uuid): string {
  return `${typeName} ${uuid}`;
}

/** What a candidate looks like by its header, `metadata_json` and work row. */
export function candidateFrom(
  operation: ExistingOperation & { readonly priority: string | null; readonly dueAt: number },
): Candidate {
  const { uuid, operationType, state, priority, createdAt, dueAt, metadataJson } = operation;
  const stored = readStoredOperation(metadataJson);
  const fieldUuid = (name: string): Uuid | null => {
    const value: Json | undefined = stored.fields[name];
    return typeof value === 'string' ? parseUuid(value) : null;
  };
  const columns = Object.fromEntries(HEADER_COLUMNS.map((column) => [column, fieldUuid(column)]));
  return { uuid, operationType, state, tasks: stored.tasks, priority, columns, dueAt, createdAt };
}

/**
 * The facts of a batch, with what has been decided about the requests before: an operation earlier in the list counts
 * for those after it as one that is there.
 */
export class Batch {
  readonly #operations: Map<Uuid, ExistingOperation>;
  readonly #latest: Map<string, Dependency>;
  readonly #active: Map<string, Dependency[]>;
  /** Operations whose targets do not count yet: few requests ask for those of others. */
  #uncounted: { self: Dependency; targets: readonly Target[] }[] = [];
  /** By `workKey`, oldest first. */
  readonly #candidates = new Map<string, Candidate[]>();
  readonly #conventions = new Map<OperationType, Conventions & { isGuess: boolean }>();
  readonly #undrained = new Map<string, string | null>();

  constructor(
    readonly facts: BatchFacts,
    readonly now: number,
  ) {
    this.#operations = new Map(facts.operations);
    this.#latest = new Map(facts.latest);
    this.#active = new Map([...facts.active].map(([key, operations]) => [key, [...operations]]));
    for (const candidate of [...facts.candidates].sort(byAge))
      this.#addCandidate(workKeyOfCandidate(candidate), candidate);
  }

  operation(uuid: Uuid): ExistingOperation | null {
    return this.#operations.get(uuid) ?? null;
  }

  active(object: Target): readonly Dependency[] {
    this.#countTargets();
    return this.#active.get(objectKey(object.objectType, object.uuid)) ?? [];
  }

  latest(object: Target): Dependency | null {
    this.#countTargets();
    return this.#latest.get(objectKey(object.objectType, object.uuid)) ?? null;
  }

  /** The oldest waiting operation that does all that is asked for, no later; null if there is none. */
  adoptable(request: EnqueueRequest): Candidate | null {
    const dueAt = this.now + request.delay;
    const candidates = this.#candidates.get(workKey(request) ?? '') ?? [];
    return candidates.find((candidate) => canAdopt(candidate, request, dueAt)) ?? null;
  }

  /** @throws RefusedError as `conventionsFor` */
  conventions(type: OperationType): Conventions & { isGuess: boolean } {
    const sources = this.facts.versions.get(type.value) ?? { published: null, newest: null };
    const known = this.#conventions.get(type) ?? conventionsFor(type, sources);
    this.#conventions.set(type, known);
    return known;
  }

  /** Why nobody takes work from the queue, as a clause; null where somebody does. */
  undrained(queueName: string): string | null {
    if (!this.#undrained.has(queueName)) {
      const why = whyUndrained(queueName, this.facts.cluster, this.now);
      this.#undrained.set(queueName, why === null ? null : undrainedSentence(why));
    }
    return this.#undrained.get(queueName)!;
  }

  /** Remembers an operation that will be there when the batch is written. */
  add(request: EnqueueRequest, uuid: Uuid, metadataJson: string): void {
    const { type, priority, tasks, delay } = request;
    const createdAt = this.now;
    this.#operations.set(uuid, {
      uuid,
      operationType: type.value,
      createdAt,
      state: 'queued',
      metadataJson,
    });
    this.#uncounted.push({ self: { op_type: type.value, op_uuid: uuid }, targets: targetsOf(request) });
    const key = workKey(request);
    if (key === null) return;
    this.#addCandidate(key, {
      ...{ uuid, operationType: type.value, state: 'queued', tasks, priority, createdAt },
      columns: headerUuids(request),
      dueAt: createdAt + delay,
    });
  }

  #countTargets(): void {
    for (const { self, targets } of this.#uncounted) {
      for (const { objectType, uuid } of targets) {
        const key = objectKey(objectType, uuid);
        this.#latest.set(key, self);
        const active = this.#active.get(key);
        if (active === undefined) this.#active.set(key, [self]);
        else active.push(self);
      }
    }
    this.#uncounted = [];
  }

  #addCandidate(key: string | null, candidate: Candidate): void {
    if (key === null) return;
    const others = this.#candidates.get(key);
    if (others === undefined) this.#candidates.set(key, [candidate]);
    else others.push(candidate);
  }
}
