import { createHash } from 'node:crypto';
import type { Database } from '../../database/database.js';
import type { Backup } from './backup-file.js';
import { countValues, digestsOf } from './values.js';

/** How a backup and the column differ, value by value. */
export interface Comparison {
  same: number;
  /** In both, and not the same. */
  different: number;
  /** In the backup, and not in the column (any more). */
  onlyInBackup: number;
  /** In the column, and not in the backup: a drop would lose them. */
  onlyInColumn: number;
}

export async function compare(database: Database, backup: Backup, column: string): Promise<Comparison> {
  let same = 0;
  let found = 0;
  for await (const group of backup.values()) {
    const { objectType } = group[0]!;
    const uuids = group.map(({ objectUuid }) => objectUuid);
    const stored = await database.read((session) => digestsOf(session, column, objectType, uuids));
    found += stored.size;
    same += group.filter(({ objectUuid, bytes }) => stored.get(objectUuid) === digest(bytes)).length;
  }
  const total = await database.read((session) => countValues(session, column));
  return {
    same,
    different: found - same,
    onlyInBackup: backup.rows - found,
    onlyInColumn: Math.max(0, total - found),
  };
}

/** Whether the column can go: every value in it is in the backup. */
export function holdsAll({ different, onlyInColumn }: Comparison): boolean {
  return different === 0 && onlyInColumn === 0;
}

export function isExact({ onlyInBackup, ...others }: Comparison): boolean {
  return onlyInBackup === 0 && holdsAll({ onlyInBackup, ...others });
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
