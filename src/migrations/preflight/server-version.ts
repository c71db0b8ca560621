import { isSupportedVersion, OLDEST_MARIADB } from '../../core/server-fitness.js';
import { failure, preflightRule } from './rule.js';

export const serverVersion = preflightRule({
  id: 'server-version',
  title: 'version of the server',
  holds: 'The server is recent enough.',
  why: 'Instant DROP COLUMN exists since MariaDB 10.4 and could leave tables that no longer open in early releases (MDEV-21088 is one). Shaken Fist itself asks for 10.11.',
  remedy: 'Upgrade the server to MariaDB 10.11 or later first.',
  beforeHide: true,
  look: async ({ servers }) => {
    const versions = await Promise.all(
      servers.nodes.map(async ({ name, database }) => ({
        name,
        version: (await database.identity()).version,
      })),
    );
    return versions
      .filter(({ version }) => !isSupportedVersion(version))
      .map(({ name, version }) =>
        failure(`${name} runs ${version}; MariaDB ${OLDEST_MARIADB.join('.')} is the oldest that will do.`),
      );
  },
});
