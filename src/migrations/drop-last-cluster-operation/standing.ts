import type { Session } from '../../database/session.js';
import { versionOf, whyForeignVersion } from '../ledger.js';
import type { Standing } from '../migration.js';
import { COLUMN, TABLE, readColumn } from './column.js';

export const TO_VERSION = 3;

/** Where the drop stands: the column and the version together tell, neither alone does. */
export async function standing(session: Session): Promise<Standing> {
  // The version first: on Galera this read is causal, and so is all that follows.
  const currentVersion = await versionOf(session, TABLE);
  const column = await readColumn(session);
  const as = (state: Standing['state'], detail: string): Standing => ({ state, currentVersion, detail });

  const foreign = whyForeignVersion(TABLE, currentVersion, TO_VERSION);
  if (foreign !== null) return as('blocked', foreign);
  if (currentVersion === TO_VERSION) {
    if (column === null) return as('applied', 'The column is gone.');
    return as(
      'blocked',
      `The version says that ${COLUMN} is gone, but it is there: either a restore was cut short (run it again), or somebody added the column by hand (then drop it by hand).`,
    );
  }
  if (column === null) return as('in_progress', 'The column is gone; the version remains to be set.');
  return column.visible
    ? as('pending', 'Nothing was done yet.')
    : as('in_progress', 'The column is hidden; drop it, or restore it.');
}
