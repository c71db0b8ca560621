import { sql } from 'drizzle-orm';
import { ConflictError, RefusedError, SfOpsError } from '../../core/errors.js';
import type { Database } from '../../database/database.js';
import { serverError, serverMessage } from '../../database/server-errors.js';
import type { Session } from '../../database/session.js';
import { runAlteration } from '../alter.js';
import type { AlterationReport, Alterer } from '../alterer.js';
import { stamp, versionOf } from '../ledger.js';
import type { Restored, RestoredValues } from '../migration.js';
import { Backup } from './backup-file.js';
import { COLUMN, TABLE, readColumns } from './column.js';
import { compare, isExact } from './compare.js';
import { lookAt, putBack, sendingTo, type Sending } from './putting-back.js';
import { DEFAULT_SHAPE, definitionOf } from './shape.js';
import { TO_VERSION, status } from './status.js';
import { addingBack, showing, unfencing } from './statements.js';
import type { StoredValue } from './values.js';

/** Where there is no backup to say: Shaken Fist's releases before version 3. */
const DEFAULT_PLACE = 'metadata_json';
const DEFAULT_VERSION = TO_VERSION - 1;

/** What `restore` would do, in a sentence, for the question that is asked first; null if there is nothing to do. */
export async function plannedRestore(database: Database, from: string | null): Promise<string | null> {
  const { state, currentVersion, detail } = await database.read(status);
  if (currentVersion === null || currentVersion > TO_VERSION)
    throw new RefusedError(detail, { word: 'blocked' });
  const { own, fenced } = await database.read(readColumns);
  if (fenced.length > 1 || (own !== null && fenced.length > 0))
    throw new RefusedError(detail, { word: 'blocked' });
  if (fenced.length > 0) return `give the column its name ${COLUMN} back, with its values`;
  if (own === null) {
    const values = from === null ? 'empty, for want of --from' : `with the values in ${from}`;
    return `add the column ${COLUMN} again, ${values}, and set ${TABLE} back to the version it had`;
  }
  if (!own.visible) return `make the column ${COLUMN} visible again`;
  if (from !== null) return `put the values in ${from} back into ${COLUMN}`;
  return state === 'pending' ? null : `set ${TABLE} back to version ${DEFAULT_VERSION}`;
}

/**
 * Undoes what `apply` has done, from wherever it or an earlier `restore` stopped: column, values, version, in this
 * order. The version comes last, so that it never claims what is not so.
 *
 * @throws RefusedError if the backup is not whole, of another table, or cannot be put back here; nothing was changed
 */
export async function restore(alterer: Alterer, from: string | null): Promise<Restored> {
  const { database } = alterer.servers;
  const sending = await sendingTo(database);
  const backup = from === null ? null : await fittingBackup(database, from, sending);
  try {
    const alterations = await bringBackColumn(alterer, backup);
    const values = backup === null ? null : await restoreValues(alterer, backup, sending);
    const current = await database.read((session) => versionOf(session, TABLE));
    if (current === TO_VERSION) await setBack(alterer, backup?.header.version ?? DEFAULT_VERSION);
    const done = alterations.length > 0 || (values?.restored ?? 0) > 0 || current === TO_VERSION;
    return {
      outcome: done ? 'restored' : 'nothing_to_restore',
      alterations,
      values,
      version: await database.read((session) => versionOf(session, TABLE)),
    };
  } finally {
    await backup?.close();
  }
}

/** Unfenced, added if it is gone, and visible. */
async function bringBackColumn(alterer: Alterer, backup: Backup | null): Promise<AlterationReport[]> {
  const { database } = alterer.servers;
  const isThere = async (session: Session): Promise<boolean> => (await readColumns(session)).own !== null;
  const isVisible = async (session: Session): Promise<boolean> =>
    (await readColumns(session)).own?.visible === true;
  const alterations: AlterationReport[] = [];

  const { own, fenced } = await database.read(readColumns);
  if (own === null) {
    const alteration =
      fenced[0] === undefined
        ? addingBack(
            definitionOf(backup?.header.shape ?? DEFAULT_SHAPE),
            backup === null ? DEFAULT_PLACE : backup.header.after,
          )
        : unfencing(fenced[0].name);
    alterations.push(await runAlteration(alterer, alteration, isThere));
  }
  const column = (await database.read(readColumns)).own;
  if (column !== null && !column.visible)
    alterations.push(await runAlteration(alterer, showing(column), isVisible));
  return alterations;
}

/**
 * A backup that can be put back here. What a file says is data: nothing of it gets into a statement that is not one of
 * a few things that it can be.
 */
async function fittingBackup(database: Database, file: string, sending: Sending): Promise<Backup> {
  const backup = await Backup.open(file);
  if (backup === null) throw new RefusedError(`There is no file ${file}.`, { word: 'backup_missing' });
  const misfit = await database.read((session) => whyMisfit(session, database, backup, sending));
  if (misfit === null) return backup;
  await backup.close();
  throw new RefusedError(`${file} ${misfit}. Nothing was changed.`, { word: 'not_a_backup' });
}

async function whyMisfit(
  session: Session,
  { settings }: Database,
  { header, longest }: Backup,
  { packet }: Sending,
): Promise<string | null> {
  const { database, table, column, shape, after, version } = header;
  if (table !== TABLE || column !== COLUMN) return `is a backup of ${table}.${column}`;
  if (database !== settings.database)
    return `is a backup of the database ${database}, and this is ${settings.database}`;
  if (!Number.isInteger(version) || version < 1 || version > DEFAULT_VERSION)
    return `gives ${table} the version ${version}, which this program does not know`;
  if (after !== null && !(await readColumns(session)).names.includes(after))
    return `puts the column after ${after}, which this table does not have`;
  if (longest > packet)
    return `holds a value of ${longest} bytes, and this server takes no more than ${packet} (max_allowed_packet)`;
  if (shape.collation === null) return null;
  const known = await session.rows(sql`
    SELECT 1 FROM information_schema.collation_character_set_applicability
    WHERE character_set_name = ${shape.charset}
      AND (full_collation_name = ${shape.collation} OR collation_name = ${shape.collation})`);
  return known.length > 0
    ? null
    : `asks for the collation ${shape.collation}, which this server does not have`;
}

async function restoreValues(alterer: Alterer, backup: Backup, sending: Sending): Promise<RestoredValues> {
  const { servers, lease, interaction } = alterer;
  const { database } = servers;
  const task = interaction.progress.start({
    doing: 'Putting back',
    done: 'put back',
    unit: 'values',
    total: backup.rows,
  });
  const result: RestoredValues = {
    file: backup.file,
    total: backup.rows,
    restored: 0,
    kept: 0,
    missing: 0,
    exact: null,
  };
  try {
    for await (const batch of backup.values()) {
      await lease.ensureHeld();
      const { rows, restored } = await putBackBatch(database, batch, sending);
      result.restored += restored;
      result.kept += rows - restored;
      result.missing += batch.length - rows;
      task.advance(batch.length);
    }
  } finally {
    task.end();
  }
  if (result.missing > 0) {
    interaction.warn(
      `${result.missing} rows of the backup do not exist any more; their values stay in ${backup.file}.`,
    );
    return result;
  }
  const same = isExact(await compare(database, backup, COLUMN));
  // A value that was written since, and was kept, is a difference that nobody needs to mind.
  if (same || result.kept === 0) result.exact = same;
  return result;
}

async function putBackBatch(
  database: Database,
  batch: readonly StoredValue[],
  sending: Sending,
): Promise<{ rows: number; restored: number }> {
  const writing = database.write({
    subject: `${batch.length} values of ${COLUMN}`,
    work: async (session) => {
      // Written first, then looked at: what is read first can be out of date when it is written (1020).
      const restored = await putBack(session, batch, sending);
      return { restored, rows: (await lookAt(session, batch)).rows };
    },
    isCommitted: async (session) => (await lookAt(session, batch)).empty === 0,
    inquiry: 'sf-ops migrate status',
  });
  return writing.catch((error: unknown) => {
    // What the server says of a statement that is in order is about its values.
    const said = error instanceof SfOpsError && error.word === 'server_error' ? error.cause : error;
    if (said instanceof SfOpsError || serverError(said) === null) throw error;
    throw new ConflictError(`The server refuses a value of the backup: ${serverMessage(said)}`, {
      word: 'value_refused',
      cause: error,
    });
  });
}

async function setBack({ servers, lease }: Alterer, version: number): Promise<void> {
  await lease.ensureHeld();
  await stamp(servers.database, {
    table: TABLE,
    version,
    from: TO_VERSION,
    statement: `UPDATE schema_versions SET version = ${version}, updated_at = UNIX_TIMESTAMP(NOW(6)) WHERE table_name = '${TABLE}'`,
    holds: async (session) => (await readColumns(session)).own !== null,
  });
}
