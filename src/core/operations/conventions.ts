import { RefusedError } from '../errors.js';
import { isRecord, parseJson } from '../json.js';
import { shown } from '../parsed-value.js';
import type { OperationType } from './operation-type.js';

/** Which keys this cluster writes for a type, in which order, and which version it calls that. */
export interface Conventions {
  readonly version: number;
  readonly keys: readonly string[];
}

/** The keys of a version as this program knows it, by default of the newest. */
export function ownConventions(type: OperationType, version = type.version): Conventions {
  if (version === type.version) {
    const known = NEWEST.get(type) ?? conventionsOfVersion(type, version);
    NEWEST.set(type, known);
    return known;
  }
  return conventionsOfVersion(type, version);
}

/** Asked for each operation of a load. */
const NEWEST = new WeakMap<OperationType, Conventions>();

function conventionsOfVersion(type: OperationType, version: number): Conventions {
  const fields = type.fields.filter(({ since }) => since <= version).map(({ name }) => name);
  const common = ['priority', 'request_id', 'tasks', 'depends_on', 'runs_after', 'version'];
  return { version, keys: ['uuid', ...fields, ...common] };
}

/** What a cluster shows of how it writes a type. */
export interface VersionSources {
  /** The lowest version that the living nodes publish; null where none does. */
  readonly published: number | null;
  /** `metadata_json` of the newest row of the type; null where there is none. */
  readonly newest: string | null;
}

/**
 * How to write an operation so that every worker of this cluster accepts it: one that meets a newer version fails and
 * deletes the work row, which leaves an orphan (database contract, section 8). What the nodes publish counts first, then
 * the newest stored row, then our own catalogue.
 *
 * @returns `isGuess` where only the catalogue was left
 * Throws a `RefusedError` where what the workers accept is newer than this program, or not understood.
 */
export function conventionsFor(
  type: OperationType,
  { published, newest }: VersionSources,
): Conventions & { isGuess: boolean } {
  if (published === null) {
    return newest === null
      ? { ...ownConventions(type), isGuess: true }
      : { ...conventionsFrom(newest, type), isGuess: false };
  }
  if (published > type.version || published < 1 || !Number.isSafeInteger(published)) {
    throw new RefusedError(
      `the nodes of this cluster accept ${type.value} in version ${published}, and this program knows up to version ${type.version}`,
      { hint: 'Use a release of sf-ops that knows the Shaken Fist release of this cluster.' },
    );
  }
  const isLikeNewest = newest !== null && versionIn(newest) === published;
  const conventions = isLikeNewest ? conventionsFrom(newest, type) : ownConventions(type, published);
  return { ...conventions, isGuess: false };
}

/**
 * How to write an operation so that this cluster's workers accept it: as the newest row of the type was written. A
 * worker refuses a version that it does not know, and an older cluster lacks keys (operations contract, section 1).
 *
 * @param newest `metadata_json` of the newest row of the type
 * Throws a `RefusedError` when that row is not understood: unreadable, of a newer version, or with keys that are
 * unknown here. A newer version is refused even if its keys look the same, for their meaning may have changed.
 */
function conventionsFrom(newest: string, type: OperationType): Conventions {
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

/** Undefined for a row that is not understood. */
function versionIn(newest: string): unknown {
  const row = parseJson(newest);
  return isRecord(row) ? row.version : undefined;
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
