import type { SQL } from 'drizzle-orm';
import { coalescingKey } from '../../core/operations/coalescing.js';
import { referencedObjects } from '../../core/operations/decide.js';
import { objectKey, type BatchFacts } from '../../core/operations/enqueue-batch.js';
import type { EnqueueRequest } from '../../core/operations/enqueue-request.js';
import { headerUuids, targetsOf, type Dependency } from '../../core/operations/operation.js';
import { isAtLeastAsUrgent, PRIORITY_NAMES } from '../../core/operations/priority.js';
import { queueName } from '../../core/operations/queue-name.js';
import type { Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../../database/description.js';
import { clusterFactsFrom, clusterQuestions } from '../../database/queries/cluster-facts.js';
import {
  candidatesQuestion,
  existingOperationsQuestion,
  interfacesQuestion,
  latestQuestion,
  newestQuestion,
  objectFacts,
  objectRowsQuestion,
  objectStatesQuestion,
  packetQuestion,
  publishedQuestion,
  versionSources,
  type CandidateSearch,
} from '../../database/queries/enqueue-facts.js';
import { oneTargetOnlyQuestion } from '../../database/queries/target-key.js';
import { activeTargets, type ObjectReference } from '../../database/queries/targets.js';
import { answered, askTogether } from '../../database/questions.js';
import type { Session } from '../../database/session.js';

/** Seconds that a turn may be waited for, with room: what others have written until then is due by then. */
const LONGEST_TURN_SECONDS = 60;

export interface ReadBatchOptions {
  /** Whether objects and nodes are taken as they are named. */
  readonly force: boolean;
  /** Unix seconds. */
  readonly now: number;
  /** Run in the same round trip, before the first look: see `turns.ts`. */
  readonly before: readonly SQL[];
  /** Uuids that new operations would get, where somebody else may have made them already. */
  readonly newUuids: readonly Uuid[];
}

/**
 * Reads all that decides about a list of requests: one round trip, however many there are, and for `--runs-after
 * pending` those that `activeTargets` takes.
 */
export async function readBatch(
  session: Session,
  description: DatabaseDescription,
  requests: readonly EnqueueRequest[],
  { force, now, before, newUuids }: ReadBatchOptions,
): Promise<BatchFacts> {
  const types = distinct(requests.map(({ type }) => type.value));
  const objects = force ? [] : distinctObjects(requests.flatMap(referencedObjects));
  const interfaces = objects.filter(({ typeName }) => typeName === 'INTERFACE').map(({ uuid }) => uuid);
  const { states, rows, published, newest, nodes, daemons, settings, ...found } = await askTogether(
    session,
    {
      operations: existingOperationsQuestion(
        description,
        distinct([...requests.flatMap(namedOperations), ...newUuids]),
      ),
      states: objectStatesQuestion(objects),
      rows: objectRowsQuestion(description, objects),
      interfaces: interfacesQuestion(description, interfaces),
      candidates: candidatesQuestion(description, candidateSearch(requests, now)),
      latest: latestQuestion(targetsOfThose(requests, 'latest')),
      newest: newestQuestion(types),
      published: publishedQuestion(description, types),
      recordsOneTargetOnly: requests.some((request) => targetsOf(request).length > 1)
        ? oneTargetOnlyQuestion()
        : answered(false),
      packetBytes: packetQuestion(),
      ...clusterQuestions(description),
    },
    before,
  );
  return {
    ...found,
    objects: objectFacts(description, objects, { states, rows }),
    active: await readActive(session, description, targetsOfThose(requests, 'pending')),
    versions: versionSources(types, { published, newest }),
    cluster: clusterFactsFrom({ nodes, daemons, settings }),
  };
}

/** The operations that a request names: itself, and those it waits for. */
function namedOperations({ uuid, dependsOn, runsAfter }: EnqueueRequest): string[] {
  const others = [...(dependsOn ?? []), ...(runsAfter ?? [])];
  const uuids = others.flatMap((other) => (typeof other === 'string' ? [] : [other.op_uuid]));
  return uuid === null ? uuids : [uuid, ...uuids];
}

/** Whatever waits in the lanes that are at least as urgent, on the networks of those that may be coalesced. */
function candidateSearch(requests: readonly EnqueueRequest[], now: number): CandidateSearch {
  const coalescible = requests.filter(
    (request) => request.coalesce && request.uuid === null && coalescingKey(request) !== null,
  );
  const lanes = coalescible.flatMap(({ queue, priority }) =>
    PRIORITY_NAMES.filter((name) => isAtLeastAsUrgent(name, priority)).map((name) =>
      queueName(queue.target, queue.family, name),
    ),
  );
  return {
    operationTypes: distinct(coalescible.map(({ type }) => type.value)),
    networks: distinct(coalescible.flatMap((request) => headerUuids(request).network_uuid ?? [])),
    queueNames: distinct(lanes),
    dueAt: now + LONGEST_TURN_SECONDS + Math.max(0, ...coalescible.map(({ delay }) => delay)),
  };
}

function targetsOfThose(
  requests: readonly EnqueueRequest[],
  predecessor: 'latest' | 'pending',
): ObjectReference[] {
  const waiting = requests.filter(({ runsAfter }) => runsAfter?.includes(predecessor));
  return distinctObjects(
    waiting.flatMap(targetsOf).map(({ objectType, uuid }) => ({ typeName: objectType, uuid })),
  );
}

/** Measurements are not waited for. */
async function readActive(
  session: Session,
  description: DatabaseDescription,
  objects: readonly ObjectReference[],
): Promise<Map<string, Dependency[]>> {
  const active = new Map<string, Dependency[]>();
  const typeNames = new Map(objects.map(({ typeName }) => [typeName.toLowerCase(), typeName]));
  for (const target of await activeTargets(session, description, objects)) {
    if (target.observational) continue;
    const key = objectKey(typeNames.get(target.objectType) ?? target.objectType, target.objectUuid);
    const dependency = {
      op_type: target.operationType as Dependency['op_type'],
      op_uuid: target.operationUuid,
    };
    active.set(key, [...(active.get(key) ?? []), dependency]);
  }
  return active;
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

function distinctObjects(objects: readonly ObjectReference[]): ObjectReference[] {
  return [...new Map(objects.map((object) => [objectKey(object.typeName, object.uuid), object])).values()];
}
