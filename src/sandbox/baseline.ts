import { schemaStatements } from '../migrations/migration-files.js';
import { SANDBOX_DATABASE } from './data-directory.js';

/**
 * What a new sandbox is made with: the tables of an empty cluster, as Shaken Fist left them before the migrations.
 * Each statement is on one line, as the server's bootstrap wants it.
 */
export function baselineStatements(): string[] {
  const statements = schemaStatements('baseline').map((statement) => statement.replaceAll(/\s*\n\s*/g, ' '));
  return [`USE ${SANDBOX_DATABASE};`, ...statements.map((statement) => `${statement};`)];
}
