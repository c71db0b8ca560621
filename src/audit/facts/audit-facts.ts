import { sql } from 'drizzle-orm';
import type { DatabaseDescription } from '../../database/description.js';
import { askTogether } from '../../database/questions.js';
import { publishedQuestion } from '../../database/queries/enqueue-facts.js';
import type { Session } from '../../database/session.js';
import type { KnownMigration } from '../doctor/facts.js';
import type { Activity, AuditFacts, Topic } from '../rules/facts.js';
import { answer } from './answer.js';
import { readActivity } from './activity.js';
import { readLeftovers } from './leftovers.js';
import { readQuiescedNetworks } from './quiesced-networks.js';
import { readRetention } from './retention.js';
import { EXPECTED_TABLES, readSchemaFacts } from './schema-facts.js';
import { probeTables } from './table-access.js';
import { readUnknownStates } from './unknown-states.js';

export interface AuditScope {
  /** What the chosen rules need; the rest is not read. */
  topics: ReadonlySet<Topic>;
  minAgeSeconds: number;
  /** The steps that sf-ops can perform, for the rules about versions and keys. */
  migrations: readonly KnownMigration[];
}

/** Reads what the rules of audit check, all of it as of one moment: to be run in one snapshot. */
export async function readAuditFacts(
  session: Session,
  description: DatabaseDescription,
  { topics, minAgeSeconds, migrations }: AuditScope,
): Promise<AuditFacts> {
  const [server] = await session.rows<{ clock: string }>(sql`SELECT @@timestamp AS clock`);
  const now = Number(server!.clock);
  const read = async <T>(topic: Topic, question: () => Promise<T>) =>
    topics.has(topic) ? answer(question) : null;
  const activity = await read('activity', async () => readActivity(session, description, now));
  return {
    now,
    minAgeSeconds,
    activity,
    accepted: await read('accepted', async () =>
      acceptedVersions(
        session,
        description,
        activity !== null && 'value' in activity ? activity.value : null,
      ),
    ),
    schema: await read('schema', async () =>
      readSchemaFacts(session, await probeTables(session, EXPECTED_TABLES.keys()), migrations),
    ),
    unknownStates: await read('unknownStates', async () => readUnknownStates(session, description)),
    retention: await read('retention', async () => readRetention(session, description, now)),
    quiesced: await read('quiesced', async () => readQuiescedNetworks(session, description)),
    leftovers: await read('leftovers', async () => readLeftovers(session, description)),
  };
}

/** Of the types that are active: what nodes publish of the others does not matter. */
async function acceptedVersions(
  session: Session,
  description: DatabaseDescription,
  activity: Activity | null,
): Promise<ReadonlyMap<string, number>> {
  const types = new Set((activity?.operations ?? []).flatMap(({ record: { type } }) => type ?? []));
  const { published } = await askTogether(session, { published: publishedQuestion(description, [...types]) });
  return published;
}
