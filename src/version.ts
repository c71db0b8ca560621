import manifest from '../package.json' with { type: 'json' };

/** The version of sf-ops, from its package manifest. */
export const VERSION: string = manifest.version;

interface Build {
  /** Null where it was not built from a git checkout. */
  commit: string | null;
  /** Name and version of each library that is inside. */
  libraries: [name: string, version: string][];
}

/** Put here by the bundler. */
declare const BUILD: Build;

/** What `--version --verbose` shows: what is running, down to the library. */
export function buildDetails(): string {
  const { commit, libraries } = BUILD;
  const parts = [
    ['sf-ops', VERSION],
    ['commit', commit ?? 'unknown'],
    ['node', process.versions.node],
    ...libraries,
  ];
  const width = Math.max(...parts.map(([name]) => name!.length));
  return parts.map(([name, version]) => `${name!.padEnd(width)}  ${version}`).join('\n');
}
