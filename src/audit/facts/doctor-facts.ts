import type { DoctorFacts, KnownMigration, ServerProbe } from '../doctor/facts.js';
import { UnavailableError } from '../../core/errors.js';
import { galeraUnfitness } from '../../core/server-fitness.js';
import type { Database } from '../../database/database.js';
import type { ServerIdentity } from '../../database/server-identity.js';
import { readAccountFacts } from './account-facts.js';
import { readNodesFacts } from './nodes-facts.js';
import { EXPECTED_TABLES, readSchemaFacts } from './schema-facts.js';
import { readServerSettings } from './settings.js';
import { probeTables } from './table-access.js';
import { probeServers } from './server-probe.js';

/** Which servers were looked for is always known. */
export type ReadFacts = DoctorFacts & { servers: { value: ServerProbe[] } };

/**
 * Reads everything that the rules of doctor check. Changes nothing, and needs no privilege to run.
 *
 * A server that answers for itself but not for Shaken Fist, such as a Galera node without a majority, is a finding and
 * not the end.
 *
 * @param migrations the steps that sf-ops can perform
 * @param now unix seconds on this machine's clock
 * @throws UnavailableError when no server lets us in
 */
export async function readDoctorFacts(
  database: Database,
  migrations: readonly KnownMigration[],
  now: () => number,
): Promise<ReadFacts> {
  const probes = await probeServers(database.settings, database.options, now);
  const servers = { value: probes };
  let identity: ServerIdentity;
  try {
    identity = await database.identity();
  } catch (error) {
    if (!(error instanceof UnavailableError) || !probes.some(isUnfit)) throw error;
    const reason = { unknown: error.message };
    return { servers, settings: reason, schema: reason, account: reason, cluster: reason };
  }
  const settings = await database.read(async (session) => readServerSettings(session, identity));
  const access = await database.read(async (session) => probeTables(session, EXPECTED_TABLES.keys()));
  const schema = await database.read(async (session) => readSchemaFacts(session, access, migrations));
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
function isUnfit({ outcome }: ServerProbe): boolean {
  if (!('value' in outcome) || outcome.value.galera === null) return false;
  return galeraUnfitness(outcome.value.galera) !== null;
}
