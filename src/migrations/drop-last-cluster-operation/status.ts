import type { Session } from '../../database/session.js';
import { versionOf, whyForeignVersion } from '../ledger.js';
import type { MigrationStatus } from '../migration.js';
import { COLUMN, TABLE, readColumns } from './column.js';

export const TO_VERSION = 3;

/** Where the drop stands: the column and the version together tell, neither alone does. */
export async function status(session: Session): Promise<MigrationStatus> {
  // The version first: on Galera this read is causal, and so is all that follows.
  const currentVersion = await versionOf(session, TABLE);
  const { own, fenced } = await readColumns(session);
  const as = (state: MigrationStatus['state'], detail: string): MigrationStatus => ({
    state,
    currentVersion,
    detail,
  });

  const foreign = whyForeignVersion(TABLE, currentVersion, TO_VERSION);
  if (foreign !== null) return as('blocked', foreign);
  const [behindFence, ...more] = fenced;
  if (more.length > 0 || (own !== null && behindFence !== undefined)) {
    const names = [...(own === null ? [] : [own]), ...fenced].map(({ name }) => name);
    return as(
      'blocked',
      `The column is there more than once (${names.join(', ')}): see which one is needed, and drop the other by hand.`,
    );
  }
  if (behindFence !== undefined) {
    const by =
      currentVersion === TO_VERSION
        ? `Shaken Fist set version ${TO_VERSION} while the column was fenced`
        : `The column is fenced: its name is ${behindFence.name}, and nobody can write to it`;
    return as('in_progress', `${by}; apply keeps its values and drops it, restore gives it its name back.`);
  }
  if (currentVersion === TO_VERSION) {
    if (own === null) return as('applied', 'The column is gone.');
    return as(
      'blocked',
      `The version says that ${COLUMN} is gone, but it is there: either a restore was cut short (run it again), or somebody added the column by hand (then drop it by hand).`,
    );
  }
  if (own === null) return as('in_progress', 'The column is gone; the version remains to be set.');
  return own.visible
    ? as('pending', 'Nothing was done yet.')
    : as('in_progress', 'The column is hidden; drop it, or restore it.');
}
