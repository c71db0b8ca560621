import { COLUMN, readColumn } from '../column.js';
import { failure, preflightRule } from '../../preflight/rule.js';

export const columnHideable = preflightRule({
  id: 'column-hideable',
  title: 'whether the column can be hidden',
  holds: 'The column can be made invisible.',
  why: 'An INSERT that does not name an invisible column must still succeed, so MariaDB hides only columns that may be NULL or have a default (4106).',
  remedy: `Make ${COLUMN} nullable, as Shaken Fist creates it.`,
  beforeHide: true,
  look: async ({ servers }) => {
    const column = await servers.database.read(readColumn);
    return column?.mustBeGiven ? [failure(`${COLUMN} is NOT NULL and has no default.`)] : [];
  },
});
