import { COLUMN, readColumn } from '../drop-last-cluster-operation/column.js';
import { failure, type PreflightRule } from './rule.js';

export const columnHideable: PreflightRule = {
  id: 'column-hideable',
  title: 'The column can be made invisible',
  why: 'An INSERT that does not name an invisible column must still succeed, so MariaDB hides only columns that may be NULL or have a default (4106).',
  whatToDo: `Make ${COLUMN} nullable, as Shaken Fist creates it.`,
  beforeHide: true,
  check: async ({ surroundings }) => {
    const column = await surroundings.database.read(readColumn);
    return column?.mustBeGiven ? [failure(`${COLUMN} is NOT NULL and has no default.`)] : [];
  },
};
