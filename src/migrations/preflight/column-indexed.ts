import { keysOf } from '../../database/description.js';
import { COLUMN, TABLE } from '../drop-last-cluster-operation/column.js';
import { failure, type PreflightRule } from './rule.js';

export const columnIndexed: PreflightRule = {
  id: 'column-indexed',
  title: 'No key contains the column',
  why: 'Dropping a column silently changes every key that contains it, and cannot be done instantly (1846). Shaken Fist has no such key: somebody added it for a reason.',
  whatToDo: 'Find out who relies on the key, then drop the key.',
  beforeHide: true,
  check: async ({ surroundings }) => {
    const keys = await surroundings.database.read((session) => keysOf(session, TABLE));
    return keys
      .filter(({ columns }) => columns.includes(COLUMN))
      .map(({ name, columns }) => failure(`The key ${name} (${columns.join(', ')}) contains it.`));
  },
};
