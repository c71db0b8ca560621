import { applyRules, type Finding, type Rule } from '../../core/finding.js';
import type { Session } from '../../database/session.js';
import { COPY, INPLACE, NOCOPY, alterSql, expectedLock, type Alteration } from '../alteration.js';
import { runAlteration } from '../alter.js';
import type { Alterer } from '../alterer.js';
import { COMPOSITE_TARGET_UNIQUENESS } from '../ids.js';
import { stampMigration, stampStatement } from '../ledger.js';
import { nothingApplied, type Applied, type Migration, type PlannedStatement } from '../migration.js';
import { migrationStatements, type MigrationTag } from '../migration-files.js';
import type { Servers } from '../servers.js';
import { daemons } from '../preflight/daemons.js';
import { duplicateTargetsRule } from './rules/duplicate-targets.js';
import { metadataLocks } from '../preflight/metadata-locks.js';
import { openTransactionsRule } from '../preflight/open-transactions.js';
import { otherDdl } from '../preflight/other-ddl.js';
import { privilegesRule } from '../preflight/privileges.js';
import {
  about,
  checksOf,
  verifyNodes,
  nodeRule,
  unseenNodes,
  versionRule,
  type Versioned,
} from '../verify.js';
import { serversHealthy } from '../preflight/servers-healthy.js';
import { serverVersion } from '../preflight/server-version.js';
import { tableFormat } from '../preflight/table-format.js';
import { backfill, findLostTargets } from './backfill.js';
import { TABLE, UNIQUE_KEY, areCurrent, readTargetKeys, type TargetKeys } from './keys.js';
import { TO_VERSION, status } from './status.js';

const TAG: MigrationTag = '0002_composite_target_uniqueness';

/** Shaken Fist's own step to `cluster_operation_targets` version 2: an operation may have several targets. */
export const compositeTargetUniqueness: Migration = {
  id: COMPOSITE_TARGET_UNIQUENESS,
  table: TABLE,
  fromVersion: 1,
  toVersion: TO_VERSION,
  summary: `let an operation have several targets (the keys of ${TABLE})`,
  rules: [
    serverVersion,
    tableFormat,
    duplicateTargetsRule,
    openTransactionsRule,
    metadataLocks,
    otherDdl,
    serversHealthy,
    daemons,
    privilegesRule,
  ],
  undo: { impossible: 'the old key has no room for the targets recorded since' },
  takesAway: false,
  privileges: ['INSERT'],
  status,
  plan,
  // Shaken Fist's own step writes no target that was lost, and operations lose some as long as the old key is there.
  hasLeftovers: async ({ database }) => (await findLostTargets(database)).lost.length > 0,
  verify,
  apply,
};

/** An index is built from what the table holds; nothing lighter can make a key unique. */
function rekeying(): Alteration {
  return { phase: 'key', statement: migrationStatements(TAG)[0]!, ladder: [NOCOPY, INPLACE, COPY] };
}

async function plan(session: Session, { database, isGalera }: Servers): Promise<PlannedStatement[]> {
  const { state, currentVersion } = await status(session);
  if (state === 'blocked' || state === 'applied') return [];
  const statements: PlannedStatement[] = [];
  if (!areCurrent(await readTargetKeys(session))) {
    const alteration = rekeying();
    statements.push({
      phase: alteration.phase,
      sql: alterSql(alteration, alteration.ladder[0], isGalera),
      lock: expectedLock(alteration.ladder[0], isGalera),
    });
  }
  const { lost } = await findLostTargets(database);
  statements.push(
    ...lost.map((row): PlannedStatement => ({
      phase: 'backfill',
      sql: `INSERT INTO ${TABLE} (operation_uuid, operation_type, target_object_type, target_uuid, created_at) VALUES ('${row.operation_uuid}', '${row.operation_type}', '${row.target_object_type}', '${row.target_uuid}', ${row.created_at})`,
      lock: 'one row',
    })),
  );
  if (currentVersion !== TO_VERSION) {
    statements.push({
      phase: 'stamp',
      sql: stampStatement(TAG).replaceAll(/\s+/g, ' '),
      lock: 'one row of schema_versions',
    });
  }
  return statements;
}

async function apply(alterer: Alterer): Promise<Applied> {
  const { servers, lease, interaction } = alterer;
  const { database } = servers;
  const applied = nothingApplied('applied');
  const holds = async (session: Session): Promise<boolean> => areCurrent(await readTargetKeys(session));

  if (!(await database.read(holds)))
    applied.alterations.push(await runAlteration(alterer, rekeying(), holds));
  const keys = (await verifyKeys(servers)).filter(({ id }) => id !== 'version');
  if (keys.some(({ result }) => result === 'fail'))
    return { ...applied, outcome: 'not_verified', checks: checksOf(keys) };

  const { lost, unknownTypes } = await findLostTargets(database);
  if (unknownTypes.length > 0) {
    interaction.warn(
      `Whether operations of these types lost targets cannot be told: ${unknownTypes.join(', ')}.`,
    );
  }
  applied.backfilled = await backfill(database, lost);
  if (applied.backfilled.length > 0) {
    interaction.note(
      `backfill: ${applied.backfilled.length} missing targets of active operations were written.`,
    );
  }
  await lease.ensureHeld();
  // Last: a run that is killed before it goes on with the backfill, because the version does not say that all is done.
  applied.stamped = await stampMigration(database, TABLE, TO_VERSION, TAG, holds);
  const checks = checksOf(await verify(servers));
  return {
    ...applied,
    checks,
    outcome: checks.some(({ result }) => result === 'fail') ? 'not_verified' : 'applied',
  };
}

const VERIFIED: readonly Rule<TargetKeys & Versioned>[] = [
  nodeRule('old key', 'the key that allows one target', ({ single }: TargetKeys) => ({
    holds: single === null,
    found:
      single === null
        ? 'no key allows only one target'
        : `${single.name} allows only one target an operation`,
  })),
  nodeRule('unique key', 'the key of operation and target', ({ hasUnique }: TargetKeys) => ({
    holds: hasUnique,
    found: `${UNIQUE_KEY} ${hasUnique ? 'is there' : 'is missing'}`,
  })),
  nodeRule('lookup key', 'the key to look operations up by', ({ hasLookup }: TargetKeys) => ({
    holds: hasLookup,
    found: `idx_cot_operation ${hasLookup ? 'is there' : 'is missing'}`,
  })),
  versionRule(TO_VERSION),
];

const TARGETS = nodeRule('targets', 'targets of active operations', (lost: number) => ({
  holds: lost === 0,
  found:
    lost === 0
      ? 'every active operation has its targets'
      : `${lost} targets of active operations are missing`,
}));

/** The keys and the version on every node, and that no active operation lacks a target. */
async function verify(servers: Servers): Promise<Finding[]> {
  const keys = await verifyKeys(servers);
  const { node } = await servers.database.identity();
  const { lost } = await findLostTargets(servers.database);
  return [...keys, ...about(node, applyRules([TARGETS], lost.length)), ...unseenNodes(servers)];
}

async function verifyKeys(servers: Servers): Promise<Finding[]> {
  return verifyNodes(servers, TABLE, VERIFIED, readTargetKeys);
}
