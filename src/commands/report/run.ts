import { answerFor } from '../../core/gate/gate-answer.js';
import { isDying } from '../../core/gate/gate-evidence.js';
import type { Uuid } from '../../core/uuid.js';
import { readNames } from '../../database/queries/names.js';
import { readGateEvidence } from '../../gate/evidence.js';
import { readIncident, type Incident } from '../../operations/incident.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { reportAnswer } from './answer.js';
import type { ReportRequest } from './definition.js';

export async function run(context: CommandContext, { options }: ReportRequest): Promise<AnyAnswer> {
  const database = await context.database();
  const description = await database.describe();
  const now = context.now();
  const found = await database.snapshot(async (session) => {
    const incident = await readIncident(session, description, now - options.since, now);
    const evidence = description.tables.has('networks')
      ? (await readGateEvidence(session, description, { namespace: null }, now)).filter(
          (one) => !isDying(one),
        )
      : [];
    const networks = evidence.map((one) => answerFor(one, null, true, now));
    const names = await readNames(session, description, toName(incident, networks), incident.cluster.nodes);
    return { incident, networks, names };
  });
  return reportAnswer({
    ...found,
    database: database.settings.database,
    readConsistency: await database.readConsistency(),
  });
}

function toName(
  { failed, stuck, timelines, graph }: Incident,
  networks: readonly { network_uuid: Uuid }[],
): { objects: { objectType: string; uuid: Uuid }[]; operations: Uuid[] } {
  const troubled = [...stuck, ...failed];
  return {
    objects: [
      ...timelines.map(({ subject }) => subject),
      ...troubled.flatMap(({ record }) => record.targets),
      ...networks.map(({ network_uuid: uuid }) => ({ objectType: 'network', uuid })),
    ],
    operations: [
      ...troubled.map(({ record }) => record.uuid),
      ...timelines.flatMap(({ lifetimes }) => lifetimes.map(({ uuid }) => uuid)),
      ...(graph?.nodes ?? []).map(({ uuid }) => uuid),
    ],
  };
}
