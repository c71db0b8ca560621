import type { Session } from '../../database/session.js';
import { versionOf, whyForeignVersion } from '../ledger.js';
import type { MigrationStatus } from '../migration.js';
import { OLD_KEY, TABLE, UNIQUE_KEY, areCurrent, readTargetKeys } from './keys.js';

export const TO_VERSION = 2;

/** Where the keys stand. Shaken Fist's own step sets the version even where it could not add the key, so both are looked at. */
export async function status(session: Session): Promise<MigrationStatus> {
  // The version first: on Galera this read is causal, and so is all that follows.
  const currentVersion = await versionOf(session, TABLE);
  const keys = await readTargetKeys(session);
  const as = (state: MigrationStatus['state'], detail: string): MigrationStatus => ({
    state,
    currentVersion,
    detail,
  });

  const foreign = whyForeignVersion(TABLE, currentVersion, TO_VERSION);
  if (foreign !== null) return as('blocked', foreign);
  if (keys.impostor !== null) {
    return as(
      'blocked',
      `The key ${UNIQUE_KEY} is not what its name says (${keys.impostor.columns.join(', ')}): drop it by hand.`,
    );
  }
  if (keys.single !== null && keys.single.name !== OLD_KEY) {
    return as(
      'blocked',
      `The unique key ${keys.single.name} allows one target an operation, and Shaken Fist did not make it: drop it by hand.`,
    );
  }
  const done = areCurrent(keys);
  if (currentVersion === TO_VERSION) {
    return done
      ? as('applied', 'The keys are as they should be.')
      : as(
          'in_progress',
          'The version claims keys that are not there: Shaken Fist swallowed a failure to add them.',
        );
  }
  if (done) return as('in_progress', 'The keys are right; the version remains to be set.');
  return keys.single !== null && !keys.hasUnique
    ? as('pending', 'Nothing was done yet: only the first target of an operation can be recorded.')
    : as('in_progress', 'Some of the keys are changed already.');
}
