import { RefusedError } from '../../core/errors.js';
import type { Database } from '../../database/database.js';
import type { Session } from '../../database/session.js';
import { runAlteration, type AlterationReport, type Alterer } from '../alter.js';
import { stamp, versionOf } from '../ledger.js';
import { backedUpValues, inspectBackup, type BackupHeader, type WrittenBackup } from './backup-file.js';
import { COLUMN, TABLE, readColumn } from './column.js';
import { TO_VERSION, standing } from './standing.js';
import { addingBack, showing } from './statements.js';
import { fingerprintOf, lookAt, putBack, sameFingerprint } from './values.js';

/** What `restore` did. */
export interface Restored {
  outcome: 'restored' | 'nothing_to_restore';
  alterations: AlterationReport[];
  /** Null without `--from`. */
  values: RestoredValues | null;
  /** The version of the table afterwards. */
  version: number | null;
}

interface RestoredValues {
  file: string;
  /** Values in the file. */
  total: number;
  restored: number;
  /** Rows that had a value already, this one or a newer; it stays. */
  kept: number;
  /** Rows that do not exist any more. */
  missing: number;
  /** Whether the column now holds exactly what was backed up; null where rows are missing or hold newer values. */
  exact: boolean | null;
}

/** Where the backup does not say: what Shaken Fist's releases before version 3 have. */
const DEFAULT_SHAPE = {
  definition: 'TEXT NULL DEFAULT NULL',
  after: 'metadata_json',
  version: TO_VERSION - 1,
};

/** What `restore` would do, in a sentence, for the question that is asked first; null if there is nothing to do. */
export async function plannedRestore(database: Database, from: string | null): Promise<string | null> {
  const { state, currentVersion, detail } = await database.read(standing);
  if (currentVersion === null || currentVersion > TO_VERSION)
    throw new RefusedError(detail, { word: 'blocked' });
  const column = await database.read(readColumn);
  if (column === null) {
    const values = from === null ? 'empty, for want of --from' : `with the values in ${from}`;
    return `add the column ${COLUMN} again, ${values}, and set ${TABLE} back to the version it had`;
  }
  if (!column.visible) return `make the column ${COLUMN} visible again`;
  if (from !== null) return `put the values in ${from} back into ${COLUMN}`;
  return state === 'pending' ? null : `set ${TABLE} back to version ${DEFAULT_SHAPE.version}`;
}

/**
 * Undoes what `apply` has done, from wherever it or an earlier `restore` stopped: column, values, version, in this
 * order. The version comes last, so that it never claims what is not so.
 *
 * @throws RefusedError if the backup is not whole, or of another table
 */
export async function restore(alterer: Alterer, from: string | null): Promise<Restored> {
  const { database } = alterer.surroundings;
  const backup = from === null ? null : await wholeBackup(from);
  const shape = backup ?? DEFAULT_SHAPE;
  const alterations: AlterationReport[] = [];
  const isThere = async (session: Session): Promise<boolean> => (await readColumn(session)) !== null;
  const isVisible = async (session: Session): Promise<boolean> =>
    (await readColumn(session))?.visible === true;

  const column = await database.read(readColumn);
  if (column === null) alterations.push(await runAlteration(alterer, addingBack(shape), isThere));
  else if (!column.visible) alterations.push(await runAlteration(alterer, showing(column), isVisible));

  const values = backup === null ? null : await restoreValues(alterer, backup);
  const current = await database.read((session) => versionOf(session, TABLE));
  if (current === TO_VERSION) {
    const version = Math.min(shape.version ?? DEFAULT_SHAPE.version, DEFAULT_SHAPE.version);
    await alterer.lease.ensureHeld();
    await stamp(database, {
      table: TABLE,
      version,
      from: current,
      statement: backStamp(version),
      holds: isThere,
    });
  }
  const done = alterations.length > 0 || (values?.restored ?? 0) > 0 || current === TO_VERSION;
  return {
    outcome: done ? 'restored' : 'nothing_to_restore',
    alterations,
    values,
    version: await database.read((session) => versionOf(session, TABLE)),
  };
}

async function wholeBackup(file: string): Promise<BackupHeader & WrittenBackup> {
  const backup = await inspectBackup(file);
  if (backup === null) throw new RefusedError(`There is no file ${file}.`, { word: 'backup_missing' });
  if (backup.table === TABLE && backup.column === COLUMN) return backup;
  throw new RefusedError(`${file} is a backup of ${backup.table}.${backup.column}.`, {
    word: 'not_a_backup',
  });
}

async function restoreValues(
  { surroundings, lease, operator }: Alterer,
  backup: BackupHeader & WrittenBackup,
): Promise<RestoredValues> {
  const { database } = surroundings;
  const result: RestoredValues = {
    file: backup.file,
    total: backup.rows,
    restored: 0,
    kept: 0,
    missing: 0,
    exact: null,
  };
  const collation = await uuidCollation(database);
  let batches = 0;
  for await (const batch of backedUpValues(backup.file)) {
    if (batches % 25 === 0) await lease.ensureHeld();
    batches += 1;
    const { rows, restored } = await database.write({
      subject: `${batch.length} values of ${COLUMN}`,
      work: async (session) => ({
        ...(await lookAt(session, batch, collation)),
        restored: await putBack(session, batch, collation),
      }),
      isCommitted: async (session) => (await lookAt(session, batch, collation)).empty === 0,
      inquiry: 'sf-ops migrate status',
    });
    result.restored += restored;
    result.kept += rows - restored;
    result.missing += batch.length - rows;
  }
  if (result.missing > 0)
    operator.warn(
      `${result.missing} rows of the backup do not exist any more; their values stay in ${backup.file}.`,
    );
  if (result.missing > 0) return result;
  const same = sameFingerprint(await database.read(fingerprintOf), backup.fingerprint);
  // A value that was written since, and was kept, is a difference that nobody needs to mind.
  if (same || result.kept === 0) result.exact = same;
  return result;
}

async function uuidCollation(database: Database): Promise<string> {
  return (await database.describe()).column(TABLE, 'object_uuid')!.collation!;
}

function backStamp(version: number): string {
  return `UPDATE schema_versions SET version = ${version}, updated_at = UNIX_TIMESTAMP(NOW(6)) WHERE table_name = '${TABLE}'`;
}
