import type { Environment } from './connection-flags.js';

/** Variables that hold a password, of Shaken Fist or of the MariaDB client. */
const SECRET = /^(SHAKENFIST_.*(PASSWORD|SECRET|TOKEN|KEY).*|MYSQL_PWD|MARIADB_PWD)$/;

/** The environment for programs that we start: they get no password, which `/proc` would show to others of this user. */
export function toolEnvironment(environment: Environment = process.env): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !SECRET.test(name)));
}
