import { failure, type PreflightRule } from './rule.js';

/** Shaken Fist's own minimum (database contract, section 1). */
const OLDEST = [10, 11] as const;

export const serverVersion: PreflightRule = {
  id: 'server-version',
  title: 'The server is recent enough',
  why: 'Instant DROP COLUMN exists since MariaDB 10.4 and could leave tables that no longer open in early releases (MDEV-21088 is one). Shaken Fist itself asks for 10.11.',
  whatToDo: 'Upgrade the server to MariaDB 10.11 or later first.',
  beforeHide: true,
  check: async ({ surroundings }) => {
    const versions = await Promise.all(
      surroundings.nodes.map(async ({ name, database }) => ({
        name,
        version: (await database.identity()).version,
      })),
    );
    return versions
      .filter(({ version }) => isTooOld(version))
      .map(({ name, version }) =>
        failure(`${name} runs ${version}; ${OLDEST.join('.')} is the oldest that will do.`),
      );
  },
};

export function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}
