import { columnChecks } from '../column.js';
import { failure, preflightRule } from '../../preflight/rule.js';

/** What makes a column JSON, whatever its name. */
const JSON_CHECK = /^json_valid\(`\w+`\)$/;

export const columnChecked = preflightRule({
  id: 'column-checked',
  title: 'CHECK constraints that name the column',
  holds: 'No CHECK constraint looks at it.',
  why: 'The server refuses to drop a column that a CHECK over several columns names (1054), and hiding a column would lose a CHECK of its own. The one that makes it JSON is not meant.',
  remedy: 'Find out who relies on the constraint, then drop it.',
  beforeHide: true,
  look: async ({ servers }) => {
    const checks = await servers.database.read(columnChecks);
    return checks
      .filter(({ clause }) => !JSON_CHECK.test(clause))
      .map(({ name, clause }) => failure(`The constraint ${name} looks at it: ${clause}.`));
  },
});
