import { ConflictError, RefusedError } from '../core/errors.js';
import type { Database } from '../database/database.js';
import type { AlterationReport, Alterer } from './alterer.js';
import { Lease, leaseHolder, LeaseTakenError, whenItLapses, type LeaseHolder } from '../database/lease.js';
import {
  nothingApplied,
  type Applied,
  type ApplyRequest,
  type Migration,
  type PlannedStatement,
  type Restored,
  type MigrationStatus,
} from './migration.js';
import type { Servers } from './servers.js';
import { afterChanges } from './failure.js';
import type { Interaction } from './interaction.js';
import { assess, requirePassed, type Assessed } from './preflight/assess.js';
import { waitDeadlineOf } from './open-transactions.js';
import { tableSize, type TableSize } from './table-size.js';

/** One migrator at a time in a cluster, whichever migration it runs and whichever node it talks to. */
export const LEASE_KEY = 'sf-ops/migrate';

/** Everything that is known before a migration runs. */
export interface Plan {
  migration: Migration;
  status: MigrationStatus;
  size: TableSize;
  statements: PlannedStatement[];
  assessed: Assessed[];
  /** Nodes on which it would take effect. */
  nodes: string[];
}

/** Looks from all sides and changes nothing; SELECT is enough. */
export async function planMigration(
  migration: Migration,
  servers: Servers,
  request: ApplyRequest,
): Promise<Plan> {
  const { database } = servers;
  const status = await database.read((session) => migration.status(session));
  const statements = await database.read((session) => migration.plan(session, servers, request));
  return {
    migration,
    status,
    size: await database.read((session) => tableSize(session, migration.table)),
    statements,
    // Where nothing remains to be done, nothing can stand against it.
    assessed: statements.length === 0 ? [] : await assess(migration, servers, request),
    nodes: servers.nodes.map(({ name }) => name),
  };
}

/**
 * Brings a migration to its end, or to the end of the phase asked for, from wherever it is.
 *
 * @param maxWaitSeconds for a quiet moment, all phases together
 * @throws RefusedError when something stands against it, ConflictError when another migrator is at work or no quiet
 *   moment came
 */
export async function applyMigration(
  migration: Migration,
  servers: Servers,
  request: ApplyRequest,
  maxWaitSeconds: number,
  interaction: Interaction,
): Promise<Applied> {
  const already = await alreadyDone(migration, servers, request);
  if (already !== null) return nothingApplied(already);
  const assessed = await assess(migration, servers, request);
  // What stands in the way may be the work of another migrator, whom nobody has to stop.
  if (assessed.some(({ blocks }) => blocks)) await requireNoMigrator(servers.database);
  requirePassed(migration, assessed);
  await interaction.confirm(await question(migration, servers, request));
  return underLease(
    servers,
    `migrate apply ${migration.id}`,
    maxWaitSeconds,
    interaction,
    async (alterer) => {
      // Anything may have happened since the first look: another migrator, Shaken Fist's own migration, a new view.
      const meanwhile = await alreadyDone(migration, servers, request);
      if (meanwhile !== null) return nothingApplied(meanwhile);
      requirePassed(migration, await assess(migration, servers, request));
      return migration.apply(alterer, request);
    },
  );
}

/** @throws RefusedError if the migration cannot be undone, or not from where it is */
export async function undoMigration(
  migration: Migration,
  servers: Servers,
  from: string | null,
  maxWaitSeconds: number,
  interaction: Interaction,
): Promise<Restored> {
  const { undo } = migration;
  if ('impossible' in undo) {
    throw new RefusedError(`${migration.id} cannot be undone: ${undo.impossible}.`, { word: 'not_undoable' });
  }
  const { database } = servers;
  const planned = await undo.plan(database, from);
  if (planned === null)
    return { outcome: 'nothing_to_restore', alterations: [], values: null, version: null };
  await interaction.confirm(`This will ${planned}, in ${database.settings.database}. Go ahead?`);
  return underLease(servers, `migrate restore ${migration.id}`, maxWaitSeconds, interaction, (alterer) =>
    undo.run(alterer, from),
  );
}

/**
 * Why nothing remains to be done, or null if something does.
 *
 * @throws RefusedError if the migration is blocked
 */
async function alreadyDone(
  migration: Migration,
  servers: Servers,
  request: ApplyRequest,
): Promise<'already_applied' | 'already_hidden' | null> {
  const { database } = servers;
  const { state, detail } = await database.read((session) => migration.status(session));
  if (state === 'blocked')
    throw new RefusedError(`${migration.id} cannot be applied. ${detail}`, { word: 'blocked' });
  const remaining = await database.read((session) => migration.plan(session, servers, request));
  if (remaining.length > 0) return null;
  if (state === 'applied' && (await migration.hasLeftovers?.(servers))) return null;
  return state === 'applied' ? 'already_applied' : 'already_hidden';
}

async function question(migration: Migration, servers: Servers, request: ApplyRequest): Promise<string> {
  const { settings } = servers.database;
  const what = request.phase === 'hide' ? 'hide the column, which restore undoes,' : migration.summary;
  const where = servers.nodes.length > 1 ? ` on ${servers.nodes.length} nodes` : '';
  return `This will ${what} in ${settings.database}${where}. Go ahead?`;
}

async function underLease<T>(
  servers: Servers,
  purpose: string,
  maxWaitSeconds: number,
  interaction: Interaction,
  work: (alterer: Alterer) => Promise<T>,
): Promise<T> {
  const { database } = servers;
  const lease = await takeLease(database, `sf-ops ${purpose}`);
  const done: AlterationReport[] = [];
  try {
    const waitDeadline = waitDeadlineOf(maxWaitSeconds, database.options.deadline);
    return await work({ servers, lease, interaction, waitDeadline, done });
  } catch (error) {
    throw afterChanges(error, done);
  } finally {
    await lease.release((text) => interaction.warn(text));
  }
}

/** @throws ConflictError naming who migrates at the moment */
async function takeLease(database: Database, purpose: string): Promise<Lease> {
  try {
    return await Lease.acquire(database, { key: LEASE_KEY, purpose, inquiry: 'sf-ops migrate status' });
  } catch (error) {
    if (!(error instanceof LeaseTakenError)) throw error;
    throw migrationRunning(error.holder, error);
  }
}

async function requireNoMigrator(database: Database): Promise<void> {
  const holder = await database.read((session) => leaseHolder(session, LEASE_KEY));
  if (holder !== null) throw migrationRunning(holder);
}

function migrationRunning(holder: LeaseHolder, cause?: unknown): ConflictError {
  return new ConflictError(`Another migration is running: ${holder.description}. Nothing was changed.`, {
    word: 'migration_running',
    hint: whenItLapses(holder),
    cause,
  });
}
