import type { Session } from '../../database/session.js';
import { alterSql, expectedLock } from '../alteration.js';
import { runAlteration, type Alterer } from '../alter.js';
import { stampMigration, stampStatement, versionOf } from '../ledger.js';
import {
  check,
  nothingApplied,
  unseenChecks,
  type Applied,
  type ApplyRequest,
  type Check,
  type Migration,
  type PlannedStatement,
} from '../migration.js';
import type { Surroundings } from '../nodes.js';
import { columnChecked } from '../preflight/column-checked.js';
import { columnGenerated } from '../preflight/column-generated.js';
import { columnHideable } from '../preflight/column-hideable.js';
import { columnIndexed } from '../preflight/column-indexed.js';
import { columnReferenced } from '../preflight/column-referenced.js';
import { daemons } from '../preflight/daemons.js';
import { events } from '../preflight/events.js';
import { metadataLocks } from '../preflight/metadata-locks.js';
import { openTransactionsRule } from '../preflight/open-transactions.js';
import { otherDdl } from '../preflight/other-ddl.js';
import { privilegesRule } from '../preflight/privileges.js';
import { recentStatements } from '../preflight/recent-statements.js';
import { routines } from '../preflight/routines.js';
import { serversHealthy } from '../preflight/servers-healthy.js';
import { serverVersion } from '../preflight/server-version.js';
import { tableFormat } from '../preflight/table-format.js';
import { triggers } from '../preflight/triggers.js';
import { valuesLeft } from '../preflight/values-left.js';
import { views } from '../preflight/views.js';
import { requireUnchanged, takeBackup } from './backup.js';
import { COLUMN, TABLE, columnNames, readColumn } from './column.js';
import { TO_VERSION, standing } from './standing.js';
import { TAG, dropping, hiding } from './statements.js';
import { countValues } from './values.js';

/** What every release has in the table. */
const REMAINING = ['object_uuid', 'object_type', 'metadata_json'];

/** Shaken Fist's own step to `object_metadata` version 3: a column that nothing reads any more goes. */
export const dropLastClusterOperation: Migration = {
  id: 'drop-last-cluster-operation',
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
    recentStatements,
    openTransactionsRule,
    metadataLocks,
    otherDdl,
    serversHealthy,
    daemons,
    privilegesRule,
  ],
  standing,
  plan,
  verify,
  apply,
};

async function plan(
  session: Session,
  { isGalera }: Surroundings,
  request: ApplyRequest,
): Promise<PlannedStatement[]> {
  const { state } = await standing(session);
  if (state === 'applied' || state === 'blocked') return [];
  const column = await readColumn(session);
  const statements: PlannedStatement[] = [];
  const alter = (alteration: ReturnType<typeof dropping>): PlannedStatement => ({
    phase: alteration.phase,
    sql: alterSql(alteration, alteration.ladder[0], isGalera),
    lock: expectedLock(alteration.ladder[0], isGalera),
  });
  if (column?.visible) statements.push(alter(hiding(column)));
  if (request.phase === 'hide') return statements;
  if (column !== null && request.backup !== null && (await countValues(session)) > 0) {
    statements.push({
      phase: 'backup',
      sql: `SELECT object_type, object_uuid, ${COLUMN} FROM ${TABLE} WHERE ${COLUMN} IS NOT NULL`,
      lock: 'none: one consistent snapshot, read in pages',
    });
  }
  if (column !== null) statements.push(alter(dropping()));
  statements.push({
    phase: 'stamp',
    sql: stampStatement(TAG).replaceAll(/\s+/g, ' '),
    lock: 'one row of schema_versions',
  });
  return statements;
}

async function apply(alterer: Alterer, request: ApplyRequest): Promise<Applied> {
  const { surroundings, lease, operator } = alterer;
  const { database } = surroundings;
  const applied = nothingApplied('applied');
  const isHidden = async (session: Session): Promise<boolean> =>
    (await readColumn(session))?.visible !== true;
  const isGone = async (session: Session): Promise<boolean> => (await readColumn(session)) === null;

  const column = await database.read(readColumn);
  if (column?.visible) applied.alterations.push(await runAlteration(alterer, hiding(column), isHidden));
  if (request.phase === 'hide') return { ...applied, outcome: column?.visible ? 'hidden' : 'already_hidden' };

  if (column !== null) {
    if (request.backup !== null && (await database.read(countValues)) > 0) {
      const backup = await takeBackup(database, request.backup);
      applied.backup = { file: backup.file, rows: backup.rows, sha256: backup.sha256 };
      operator.note(
        backup.found
          ? `backup: ${backup.file} already holds these ${backup.rows} values.`
          : `backup: ${backup.rows} values written to ${backup.file}, sha256 ${backup.sha256}.`,
      );
      await requireUnchanged(database, backup);
    }
    applied.alterations.push(await runAlteration(alterer, dropping(), isGone));
  }

  const seen = (await verify(surroundings)).filter(({ name }) => name !== 'version');
  if (seen.some(({ result }) => result === 'fail'))
    return { ...applied, outcome: 'not_verified', checks: seen };
  await lease.ensureHeld();
  applied.stamped = await stampMigration(database, TABLE, TO_VERSION, TAG, isGone);
  const checks = await verify(surroundings);
  const outcome = checks.some(({ result }) => result === 'fail') ? 'not_verified' : 'applied';
  return { ...applied, checks, outcome };
}

/** What a v3 table looks like, on every node. */
async function verify(surroundings: Surroundings): Promise<Check[]> {
  const answers = await surroundings.askAll(async (session) => ({
    // The version first: on Galera this read is causal, and so is the next.
    version: await versionOf(session, TABLE),
    columns: await columnNames(session),
  }));
  const checks = answers.flatMap(({ node, answer: { version, columns } }) => [
    check(
      node,
      'column',
      !columns.includes(COLUMN),
      columns.includes(COLUMN) ? `${COLUMN} is there` : `${COLUMN} is gone`,
    ),
    check(
      node,
      'table',
      REMAINING.every((name) => columns.includes(name)),
      `columns: ${columns.join(', ')}`,
    ),
    check(node, 'version', version === TO_VERSION, `${TABLE} has version ${version ?? 'none'}`),
  ]);
  return [...checks, ...unseenChecks(surroundings)];
}
