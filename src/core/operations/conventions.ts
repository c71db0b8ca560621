import { RefusedError } from '../errors.js';
import { isRecord } from '../json.js';
import { shown } from '../reading.js';
import type { OperationType } from './operation-type.js';

/** Which keys this cluster writes for a type, in which order, and which version it calls that. */
export interface Conventions {
  readonly version: number;
  readonly keys: readonly string[];
}

/** The keys and version that this program writes where the cluster has not written the type yet. */
export function ownConventions(type: OperationType): Conventions {
  const fields = type.fields.map((field) => field.name);
  const common = ['priority', 'request_id', 'tasks', 'depends_on', 'runs_after', 'version'];
  return { version: type.version, keys: ['uuid', ...fields, ...common] };
}

/**
 * How to write an operation so that this cluster's workers accept it: as the newest row of the type was written. A
 * worker refuses a version that it does not know, and an older cluster lacks keys (operations contract, section 1).
 *
 * @param newest `metadata_json` of the newest row of the type; null when there is none.
 * Throws a `RefusedError` when that row is not understood: unreadable, of a newer version, or with keys that are
 * unknown here. A newer version is refused even if its keys look the same, for their meaning may have changed.
 */
export function conventionsFrom(newest: string | null, type: OperationType): Conventions {
  if (newest === null) return ownConventions(type);
  const row = parse(newest, type);
  const keys = Object.keys(row);
  const version = row.version;
  const known = ownConventions(type);

  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) {
    throw unwritable(type, `has the version ${shown(version)}, which is not a version`);
  }
  if (version > known.version) {
    throw unwritable(type, `has version ${version}, and this program knows up to version ${known.version}`);
  }
  const foreign = keys.filter((key) => !known.keys.includes(key));
  if (foreign.length > 0) {
    const list = foreign.slice(0, 5).map(shown).join(', ');
    throw unwritable(type, `has keys that this program does not know: ${list}`);
  }
  return { version, keys };
}

function parse(newest: string, type: OperationType): Record<string, unknown> {
  let row: unknown;
  try {
    row = JSON.parse(newest);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw unwritable(type, 'is not JSON', error);
  }
  if (!isRecord(row)) throw unwritable(type, `is ${shown(row)}, not an object`);
  return row;
}

function unwritable(type: OperationType, what: string, cause?: unknown): RefusedError {
  return new RefusedError(
    `the newest ${type.value} in this cluster ${what}: what its workers accept is unclear`,
    {
      hint: 'Use a release of sf-ops that knows the Shaken Fist release of this cluster.',
      cause,
    },
  );
}
