import { sql } from 'drizzle-orm';
import { ConflictError, RefusedError } from '../../core/errors.js';
import type { Database } from '../../database/database.js';
import { versionOf } from '../ledger.js';
import { inspectBackup, writeBackup, type BackupHeader, type WrittenBackup } from './backup-file.js';
import { COLUMN, TABLE, readColumn } from './column.js';
import { fingerprintOf, sameFingerprint, storedValues, type Fingerprint } from './values.js';

export interface TakenBackup extends WrittenBackup {
  fingerprint: Fingerprint;
  /** True if an earlier run had already written these very values. */
  found: boolean;
}

/**
 * Writes every value of the column to a file, all of one moment. A file of that name is never overwritten; one that
 * holds just these values already, left by a run that was cut short, will do.
 *
 * @throws RefusedError if the file cannot be written or is something else
 */
export async function takeBackup(database: Database, file: string): Promise<TakenBackup> {
  const description = await database.describe();
  const existing = await inspectBackup(file);
  return database.snapshot(async (session) => {
    const column = (await readColumn(session))!;
    const [moment] = await session.rows<{ name: string; now: number }>(
      sql`SELECT DATABASE() AS name, UNIX_TIMESTAMP(NOW(6)) + 0e0 AS now`,
    );
    const fingerprint = await fingerprintOf(session);
    if (existing !== null) {
      const same = existing.database === moment!.name && sameFingerprint(existing.fingerprint, fingerprint);
      if (same) return { file, rows: existing.rows, sha256: existing.sha256, fingerprint, found: true };
      throw new RefusedError(
        `${file} exists and holds other values than the table does now. Nothing was dropped.`,
        {
          word: 'backup_exists',
          hint: 'Keep it, and give --backup another name.',
        },
      );
    }
    const header: BackupHeader = {
      format: 'sf-ops-column-backup',
      format_version: 1,
      database: moment!.name,
      table: TABLE,
      column: COLUMN,
      definition: column.definition,
      after: column.after,
      version: await versionOf(session, TABLE),
      taken_at: moment!.now,
      fingerprint,
    };
    const written = await writeBackup(file, header, storedValues(session, description));
    return { ...written, fingerprint, found: false };
  });
}

/** @throws ConflictError if somebody wrote to the column after its values were kept */
export async function requireUnchanged(
  database: Database,
  { file, fingerprint }: TakenBackup,
): Promise<void> {
  const now = await database.read(fingerprintOf);
  if (sameFingerprint(now, fingerprint)) return;
  throw new ConflictError(
    `Somebody still writes to ${COLUMN}: its values are no longer those in ${file}. Nothing was dropped.`,
    {
      word: 'values_changed',
      hint: 'Stop whoever writes (Shaken Fist of the old release), then run this again with another --backup file.',
    },
  );
}
