import { sql } from 'drizzle-orm';
import type { ServerSettings } from '../doctor/facts.js';
import type { ServerIdentity } from '../../database/server-identity.js';
import type { Session } from '../../database/session.js';
import { globalStatus, globalVariables } from '../../database/server-variables.js';

const VARIABLES = [
  'default_storage_engine',
  'lock_wait_timeout',
  'innodb_snapshot_isolation',
  'max_allowed_packet',
];

/** The settings of the server that sf-ops uses, as far as Shaken Fist or sf-ops depends on them. */
export async function readServerSettings(
  session: Session,
  identity: ServerIdentity,
): Promise<ServerSettings> {
  const [own] = await session.rows<{ name: string; account: string; charset: string; collation: string }>(sql`
    SELECT DATABASE() AS name, CURRENT_USER() AS account, @@character_set_database AS charset,
      @@collation_database AS collation`);
  const variables = await globalVariables(session, VARIABLES);
  const status = await globalStatus(session, ['slaves_running']);
  const snapshotIsolation = variables.get('innodb_snapshot_isolation');
  return {
    address: identity.address,
    node: identity.node,
    version: identity.version,
    database: own!.name,
    account: own!.account,
    storageEngine: variables.get('default_storage_engine') ?? 'unknown',
    characterSet: own!.charset,
    collation: own!.collation,
    readOnly: identity.readOnly,
    replicating: Number(status.get('slaves_running') ?? 0) > 0,
    lockWaitTimeout: Number(variables.get('lock_wait_timeout')),
    snapshotIsolation: snapshotIsolation === undefined ? null : snapshotIsolation === 'ON',
    maxAllowedPacket: Number(variables.get('max_allowed_packet')),
  };
}
