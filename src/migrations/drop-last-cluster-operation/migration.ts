import type { Finding, Rule } from '../../core/finding.js';
import type { Session } from '../../database/session.js';
import type { Alterer } from '../alterer.js';
import { alterSql, expectedLock, type Alteration } from '../alteration.js';
import { DROP_LAST_CLUSTER_OPERATION } from '../ids.js';
import { stampMigration, stampStatement } from '../ledger.js';
import {
  nothingApplied,
  type Applied,
  type ApplyRequest,
  type Migration,
  type PlannedStatement,
} from '../migration.js';
import type { Servers } from '../servers.js';
import { columnChecked } from './rules/column-checked.js';
import { columnGenerated } from './rules/column-generated.js';
import { columnHideable } from './rules/column-hideable.js';
import { columnIndexed } from './rules/column-indexed.js';
import { columnReferenced } from './rules/column-referenced.js';
import { daemons } from '../preflight/daemons.js';
import { events } from './rules/events.js';
import { metadataLocks } from '../preflight/metadata-locks.js';
import { openTransactionsRule } from '../preflight/open-transactions.js';
import { otherDdl } from '../preflight/other-ddl.js';
import { privilegesRule } from '../preflight/privileges.js';
import { recentStatements } from './rules/recent-statements.js';
import { routines } from './rules/routines.js';
import { checksOf, verifyNodes, nodeRule, unseenNodes, versionRule, type Versioned } from '../verify.js';
import { serversHealthy } from '../preflight/servers-healthy.js';
import { serverVersion } from '../preflight/server-version.js';
import { tableFormat } from '../preflight/table-format.js';
import { triggers } from './rules/triggers.js';
import { valuesLeft, valuesRestorable } from './rules/values-left.js';
import { views } from './rules/views.js';
import { COLUMN, TABLE, newFencedName, readColumn, readColumns, type TableColumns } from './column.js';
import { hide, isAbsent, isGone, remove } from './removing.js';
import { plannedRestore, restore } from './restore.js';
import { TO_VERSION, status } from './status.js';
import { TAG, dropping, fencing, hiding } from './statements.js';

/** What every release has in the table. */
const REMAINING = ['object_uuid', 'object_type', 'metadata_json'];

/** Shaken Fist's own step to `object_metadata` version 3: a column that nothing reads any more goes. */
export const dropLastClusterOperation: Migration = {
  id: DROP_LAST_CLUSTER_OPERATION,
  table: TABLE,
  fromVersion: 2,
  toVersion: TO_VERSION,
  summary: `drop the column ${TABLE}.${COLUMN}`,
  rules: [
    serverVersion,
    tableFormat,
    columnHideable,
    columnIndexed,
    columnGenerated,
    columnChecked,
    columnReferenced,
    views,
    triggers,
    routines,
    events,
    valuesLeft,
    valuesRestorable,
    recentStatements,
    openTransactionsRule,
    metadataLocks,
    otherDdl,
    serversHealthy,
    daemons,
    privilegesRule,
  ],
  undo: { plan: plannedRestore, run: restore },
  takesAway: true,
  // `restore` puts values back: better to know before the column is gone.
  privileges: ['UPDATE'],
  status,
  plan,
  hasLeftovers: null,
  verify,
  apply,
};

async function plan(
  session: Session,
  { isGalera }: Servers,
  request: ApplyRequest,
): Promise<PlannedStatement[]> {
  const { state } = await status(session);
  if (state === 'applied' || state === 'blocked') return [];
  const column = await readColumn(session);
  const alter = (alteration: Alteration): PlannedStatement => ({
    phase: alteration.phase,
    sql: alterSql(alteration, alteration.ladder[0], isGalera),
    lock: expectedLock(alteration.ladder[0], isGalera),
  });
  const statements: PlannedStatement[] = [];
  if (column?.visible) statements.push(alter(hiding(column)));
  if (request.phase === 'hide') return statements;
  if (column !== null) {
    const name = column.isFenced ? column.name : newFencedName();
    if (!column.isFenced) statements.push(alter(fencing(name)));
    if (request.backup !== null) {
      statements.push({
        phase: 'backup',
        sql: `SELECT object_type, object_uuid, ${name} FROM ${TABLE} WHERE ${name} IS NOT NULL`,
        lock: 'none: read in pages',
      });
    }
    statements.push(alter(dropping(name)));
  }
  const stamping = stampStatement(TAG).replaceAll(/\s+/g, ' ');
  return [...statements, { phase: 'stamp', sql: stamping, lock: 'one row of schema_versions' }];
}

async function apply(alterer: Alterer, request: ApplyRequest): Promise<Applied> {
  const { servers, lease } = alterer;
  const { database } = servers;
  const applied = nothingApplied('applied');
  const column = await database.read(readColumn);
  if (request.phase === 'hide') {
    if (column?.visible) applied.alterations.push(await hide(alterer, column));
    return { ...applied, outcome: column?.visible ? 'hidden' : 'already_hidden' };
  }
  if (column !== null) {
    const removed = await remove(alterer, column, request.backup);
    applied.alterations = removed.alterations;
    applied.backup = removed.backup;
  }
  const seen = (await verify(servers)).filter(({ id }) => id !== 'version');
  if (seen.some(({ result }) => result === 'fail'))
    return { ...applied, outcome: 'not_verified', checks: checksOf(seen) };
  await lease.ensureHeld();
  applied.stamped = await stampMigration(database, TABLE, TO_VERSION, TAG, isGone);
  const checks = checksOf(await verify(servers));
  const outcome = checks.some(({ result }) => result === 'fail') ? 'not_verified' : 'applied';
  return { ...applied, checks, outcome };
}

/** What a v3 table looks like, on every node. */
const VERIFIED: readonly Rule<TableColumns & Versioned>[] = [
  nodeRule('column', 'the column', (columns: TableColumns) => ({
    holds: isAbsent(columns),
    found: isAbsent(columns) ? `${COLUMN} is gone` : presence(columns),
  })),
  nodeRule('table', 'the rest of the table', ({ names }: TableColumns) => ({
    holds: REMAINING.every((name) => names.includes(name)),
    found: `columns: ${names.join(', ')}`,
  })),
  versionRule(TO_VERSION),
];

async function verify(servers: Servers): Promise<Finding[]> {
  return [...(await verifyNodes(servers, TABLE, VERIFIED, readColumns)), ...unseenNodes(servers)];
}

function presence({ own, fenced }: TableColumns): string {
  return own === null ? `${COLUMN} is there, fenced as ${fenced[0]!.name}` : `${COLUMN} is there`;
}
