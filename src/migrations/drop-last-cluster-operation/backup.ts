import { sql } from 'drizzle-orm';
import { ConflictError, RefusedError } from '../../core/errors.js';
import type { Progress } from '../../core/progress.js';
import type { Database } from '../../database/database.js';
import { fileProblem, isFileError } from '../../files/file-problem.js';
import { versionOf } from '../ledger.js';
import { Backup, BackupWriter, type WrittenBackup } from './backup-file.js';
import { NotTextError, type BackupHeader } from './backup-format.js';
import { whyNoBackup } from './backup-path.js';
import { COLUMN, TABLE, type ColumnFacts } from './column.js';
import { compare, holdsAll } from './compare.js';
import { countValues, storedValues, valueTotals } from './values.js';

export interface TakenBackup extends WrittenBackup {
  /** True if an earlier run had already written these very values. */
  found: boolean;
}

/**
 * A backup that was begun before anything was changed, so that a path that will not do is found while nothing has
 * happened yet, and that is taken once the column is behind its fence.
 */
export class BackupInPreparation {
  private constructor(
    private readonly database: Database,
    private readonly path: string,
    /** What an earlier run has left, or a file to write. */
    private readonly file: Backup | BackupWriter,
    private readonly header: Omit<BackupHeader, 'taken_at'>,
    private readonly progress: Progress,
  ) {}

  /** @throws RefusedError if the file cannot be written, or is there and holds something else */
  static async begin(
    database: Database,
    path: string,
    column: ColumnFacts,
    progress: Progress,
  ): Promise<BackupInPreparation> {
    const { database: name } = database.settings;
    const version = await database.read((session) => versionOf(session, TABLE));
    if (column.shape === null) {
      throw new RefusedError(`${COLUMN} is not as Shaken Fist makes it: a backup could not bring it back.`, {
        word: 'column_unexpected',
      });
    }
    const header = {
      format: 'sf-ops-column-backup',
      format_version: 2,
      database: name,
      table: TABLE,
      column: COLUMN,
      shape: column.shape,
      after: column.after,
      version: version ?? 0,
    } as const;
    const file = (await existing(database, path, column)) ?? (await newFile(database, path, column));
    return new BackupInPreparation(database, path, file, header, progress);
  }

  /**
   * Writes every value to the file, reads the file back, and compares it with the column.
   *
   * @param column behind its fence
   * @throws ConflictError if the file could not be written, or does not hold every value
   */
  async take(column: string): Promise<TakenBackup> {
    const found = this.file instanceof Backup;
    const { rows, sha256 } = found ? this.file : await this.#write(this.file, column);
    const backup = found ? this.file : await Backup.open(this.path);
    if (backup === null) throw failed('it is gone again', null);
    try {
      const comparison = await compare(this.database, backup, column);
      if (holdsAll(comparison)) return { file: this.path, rows, sha256, found };
      throw new ConflictError(
        `${this.path} does not hold the values that ${COLUMN} has now. Nothing was dropped.`,
        { word: 'values_changed', hint: 'Keep the file, and give --backup another name.' },
      );
    } finally {
      await backup.close();
    }
  }

  /** Leaves nothing half written behind. */
  async close(): Promise<void> {
    if (this.file instanceof Backup) await this.file.close();
    else await this.file.discard();
  }

  async #write(writer: BackupWriter, column: string): Promise<WrittenBackup> {
    const total = await this.database.read((session) => countValues(session, column));
    const task = this.progress.start({ doing: 'Backing up', done: 'backed up', unit: 'values', total });
    try {
      const [clock] = await this.database.read((session) =>
        session.rows<{ now: number }>(sql`SELECT UNIX_TIMESTAMP(NOW(6)) + 0e0 AS now`),
      );
      await writer.begin({ ...this.header, taken_at: clock!.now });
      for await (const page of storedValues(this.database, column)) {
        await writer.append(page);
        task.advance(page.length);
      }
      return await writer.finish();
    } catch (error) {
      if (isFileError(error) || error instanceof NotTextError) throw failed(fileProblem(error), error);
      throw error;
    } finally {
      task.end();
    }
  }
}

/** What an earlier run has written, if it holds every value that the column has now; null if there is no such file. */
async function existing(database: Database, path: string, column: ColumnFacts): Promise<Backup | null> {
  const backup = await Backup.open(path);
  if (backup === null) return null;
  const { header } = backup;
  const isOurs =
    header.database === database.settings.database && header.table === TABLE && header.column === COLUMN;
  if (isOurs && holdsAll(await compare(database, backup, column.name))) return backup;
  await backup.close();
  throw new RefusedError(`${path} exists and does not hold the values that the column has now.`, {
    word: 'backup_exists',
    hint: 'Keep it, and give --backup another name.',
  });
}

async function newFile(database: Database, path: string, column: ColumnFacts): Promise<BackupWriter> {
  const totals = await database.read((session) => valueTotals(session, column.name));
  const reason = await whyNoBackup(path, totals);
  try {
    if (reason === null) return await BackupWriter.create(path);
  } catch (error) {
    if (!isFileError(error)) throw error;
    throw cannotBeWritten(fileProblem(error), error);
  }
  throw cannotBeWritten(reason, null);
}

function cannotBeWritten(reason: string, cause: unknown): RefusedError {
  return new RefusedError(`The backup cannot be written: ${reason}.`, { word: 'backup_failed', cause });
}

function failed(reason: string, cause: unknown): ConflictError {
  return new ConflictError(`The backup could not be written: ${reason}. Nothing was dropped.`, {
    word: 'backup_failed',
    cause,
  });
}
