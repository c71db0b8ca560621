import { ConflictError, SfOpsError } from '../../core/errors.js';
import { Database } from '../../database/database.js';
import { deadlineIn } from '../../database/limits.js';
import type { Session } from '../../database/session.js';
import { runAlteration } from '../alter.js';
import type { AlterationReport, Alterer } from '../alterer.js';
import { withServers } from '../servers.js';
import { BackupInPreparation } from './backup.js';
import type { WrittenBackup } from './backup-file.js';
import {
  COLUMN,
  newFencedName,
  readColumn,
  readColumns,
  type ColumnFacts,
  type TableColumns,
} from './column.js';
import { dropping, fencing, hiding, unfencing } from './statements.js';
import { countValues } from './values.js';

/** What removing the column took. */
export interface Removed {
  alterations: AlterationReport[];
  backup: WrittenBackup | null;
}

/** For taking a fence down after a failure: others are kept out meanwhile, and somebody waits for the end. */
const LIFT_SECONDS = 5;

export function isAbsent({ own, fenced }: TableColumns): boolean {
  return own === null && fenced.length === 0;
}

export async function isGone(session: Session): Promise<boolean> {
  return isAbsent(await readColumns(session));
}

export async function hide(alterer: Alterer, column: ColumnFacts): Promise<AlterationReport> {
  return runAlteration(
    alterer,
    hiding(column),
    async (session) => (await readColumn(session))?.visible !== true,
  );
}

/**
 * Hides the column, fences it, keeps its values, and drops it. Between the backup and the drop lies a wait for a quiet
 * moment, in which whatever is written would be lost: behind the fence nothing can be written.
 *
 * @param path where to keep the values; null where there are none
 * @throws RefusedError before anything was changed, if there can be no backup of that name
 */
export async function remove(alterer: Alterer, column: ColumnFacts, path: string | null): Promise<Removed> {
  const { database } = alterer.servers;
  const { progress } = alterer.interaction;
  const backup = path === null ? null : await BackupInPreparation.begin(database, path, column, progress);
  const alterations: AlterationReport[] = [];
  try {
    if (column.visible) alterations.push(await hide(alterer, column));
    if (!column.isFenced) {
      alterations.push(
        await runAlteration(
          alterer,
          fencing(newFencedName()),
          async (session) => (await readColumns(session)).own === null,
        ),
      );
    }
    const [fenced] = (await database.read(readColumns)).fenced;
    if (fenced === undefined) {
      if (path !== null)
        alterer.interaction.warn(`Somebody else dropped ${COLUMN} at this moment: ${path} was not written.`);
      return { alterations, backup: null };
    }
    const isOurs = !column.isFenced;
    try {
      const taken = await keep(alterer, backup, fenced.name);
      alterations.push(
        await runAlteration(
          alterer,
          dropping(fenced.name),
          async (session) => !(await readColumns(session)).names.includes(fenced.name),
        ),
      );
      return { alterations, backup: taken };
    } catch (error) {
      // Others' writes fail at the fence, so it does not stay up for nothing; one that was found stays as it was.
      if (isOurs && !(error instanceof SfOpsError && error.word === 'outcome_unknown'))
        await lift(alterer, fenced.name);
      throw error;
    }
  } finally {
    await backup?.close();
  }
}

/** Keeps the values, or makes sure that there are none. */
async function keep(
  { servers, interaction }: Alterer,
  backup: BackupInPreparation | null,
  fencedName: string,
): Promise<WrittenBackup | null> {
  if (backup !== null) {
    const { found, ...taken } = await backup.take(fencedName);
    interaction.note(
      found
        ? `backup: ${taken.file} already holds these ${taken.rows} values.`
        : `backup: ${taken.rows} values written to ${taken.file}, sha256 ${taken.sha256}.`,
    );
    return taken;
  }
  const values = await servers.database.read((session) => countValues(session, fencedName));
  if (values === 0) return null;
  throw new ConflictError(
    `Somebody has written ${values} values to ${COLUMN} meanwhile. Nothing was dropped.`,
    {
      word: 'values_changed',
      hint: 'Give --backup FILE, and they are kept.',
    },
  );
}

/** Takes down the fence that this run has put up, on connections that neither a signal nor a deadline has ended. */
async function lift(alterer: Alterer, fencedName: string): Promise<void> {
  const { servers, lease, interaction } = alterer;
  const { settings, options } = servers.database;
  const deadline = deadlineIn(LIFT_SECONDS);
  const fresh = new Database(settings, { ...options, signal: new AbortController().signal, deadline });
  try {
    await withServers(fresh, async (reached) => {
      const lifter: Alterer = {
        ...alterer,
        servers: reached,
        lease: { lost: lease.lost, ensureHeld: async () => lease.lost.throwIfAborted() },
        waitDeadline: deadline,
      };
      await runAlteration(
        lifter,
        unfencing(fencedName),
        async (session) => (await readColumns(session)).own !== null,
      );
    });
  } catch (error) {
    if (!(error instanceof SfOpsError)) throw error;
    interaction.warn(
      `The column is still fenced (as ${fencedName}), and whoever writes to ${COLUMN} fails: sf-ops migrate restore gives it its name back, apply goes on.`,
    );
  } finally {
    await fresh.close();
  }
}
