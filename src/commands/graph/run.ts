import { NotFoundError } from '../../core/errors.js';
import { Names } from '../../core/names.js';
import type { OperationGraph } from '../../core/operations/operation-graph.js';
import type { Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../../database/description.js';
import { firstTargets } from '../../database/queries/dependencies.js';
import { readNames } from '../../database/queries/names.js';
import { readObjectType } from '../../database/known-types.js';
import { resolveObjects } from '../../database/queries/references.js';
import { resolveOperations } from '../../database/queries/operation-references.js';
import { targetHistory } from '../../database/queries/history.js';
import { activeTargets } from '../../database/queries/targets.js';
import type { Session } from '../../database/session.js';
import { readOperationGraph } from '../../operations/graph.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { typedSubject } from '../subject.js';
import { graphAnswer, type NamedGraph } from './answer.js';
import type { GraphRequest } from './definition.js';

/** Of an object's ended operations, the newest. */
const RECORDED_AT_MOST = 200;
/** Operations that are called by the objects that they change; a larger picture shows uuids only. */
const NAMED_AT_MOST = 1000;

export async function run(context: CommandContext, { arguments: words }: GraphRequest): Promise<AnyAnswer> {
  const database = await context.database();
  const description = await database.describe();
  const given = words.uuid === undefined ? [words.subject] : [words.subject, words.uuid];
  const [subject = '', uuid] = typedSubject(given, description);
  const named = await database.snapshot(async (session) => {
    const { asked, isCut } =
      uuid === undefined
        ? { asked: await resolveOperations(session, description, [subject]), isCut: false }
        : await operationsOf(session, description, subject, uuid);
    const graph = await readOperationGraph(session, description, asked);
    if (uuid === undefined && graph.nodes[0]!.missing && graph.nodes.length === 1)
      throw new NotFoundError(`There is no operation ${asked[0]}.`, { hint: 'Finished operations vanish.' });
    return nameGraph(session, description, { ...graph, truncated: graph.truncated || isCut });
  });
  // Said here, too, for the formats that draw only.
  if (named.graph.truncated)
    context.warn('The graph is not whole: there are more operations, which are not shown.');
  return graphAnswer(named, context.now());
}

async function operationsOf(
  session: Session,
  description: DatabaseDescription,
  type: string,
  text: string,
): Promise<{ asked: Uuid[]; isCut: boolean }> {
  const typeName = readObjectType(type, description);
  const [object] = await resolveObjects(session, description, typeName, [text]);
  const active = await activeTargets(session, description, [object!]);
  const recorded = await targetHistory(session, description, object!, {
    limit: RECORDED_AT_MOST + 1,
    since: 0,
  });
  const shown = [...active, ...recorded.slice(0, RECORDED_AT_MOST)];
  return {
    asked: [...new Set(shown.map(({ operationUuid }) => operationUuid))],
    isCut: recorded.length > RECORDED_AT_MOST,
  };
}

/** The graph with the names of what it shows; for reports as well. */
export async function nameGraph(
  session: Session,
  description: DatabaseDescription,
  graph: OperationGraph,
): Promise<NamedGraph> {
  const operations = graph.nodes.map(({ uuid }) => uuid);
  if (operations.length > NAMED_AT_MOST)
    return { graph, targets: new Map(), names: new Names(new Map(), new Map(), []) };
  const targets = await firstTargets(session, operations);
  const names = await readNames(session, description, { objects: [...targets.values()], operations }, []);
  return { graph, targets, names };
}
