import type { DoctorFacts, ServerVisit } from '../doctor/facts.js';
import { UnavailableError } from '../../core/errors.js';
import type { Database } from '../../database/database.js';
import type { ServerIdentity } from '../../database/server-identity.js';
import { readAccountFacts } from './account-facts.js';
import { readNodesFacts } from './nodes-facts.js';
import { EXPECTED_TABLES, readSchemaFacts } from './schema-facts.js';
import { readServerSettings } from './settings.js';
import { probeTables } from './table-access.js';
import { visitServers } from './visits.js';

/** Who was looked for is always known. */
export type Examination = DoctorFacts & { servers: { value: ServerVisit[] } };

/**
 * Learns everything that `doctor` judges. Changes nothing, and needs no privilege to run.
 *
 * A server that answers for itself but not for Shaken Fist, such as a Galera node without a majority, is a finding and
 * not the end.
 *
 * @param now unix seconds on this machine's clock
 * @throws UnavailableError when no server lets us in
 */
export async function examine(database: Database, now: () => number): Promise<Examination> {
  const visits = await visitServers(database.settings, database.options, now);
  const servers = { value: visits };
  let identity: ServerIdentity;
  try {
    identity = await database.identity();
  } catch (error) {
    if (!(error instanceof UnavailableError) || !visits.some(isUnfit)) throw error;
    const reason = { unknown: error.message };
    return { servers, settings: reason, schema: reason, account: reason, cluster: reason };
  }
  const settings = await database.read(async (session) => readServerSettings(session, identity));
  const access = await database.read(async (session) => probeTables(session, EXPECTED_TABLES.keys()));
  const schema = await database.read(async (session) => readSchemaFacts(session, access));
  const account = await database.read(async (session) =>
    readAccountFacts(session, EXPECTED_TABLES.keys(), access),
  );
  return {
    servers,
    settings: { value: settings },
    schema: { value: schema },
    account: { value: account },
    cluster: await database.read(readNodesFacts),
  };
}

/** A server that answers, and must not be asked about Shaken Fist. */
function isUnfit({ outcome }: ServerVisit): boolean {
  if (!('value' in outcome) || outcome.value.galera === null) return false;
  const { clusterStatus, localState } = outcome.value.galera;
  return clusterStatus !== 'Primary' || localState !== 'Synced';
}
