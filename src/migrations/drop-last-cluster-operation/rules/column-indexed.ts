import { keysOf } from '../../../database/description.js';
import { TABLE, isColumn } from '../column.js';
import { failure, preflightRule } from '../../preflight/rule.js';

export const columnIndexed = preflightRule({
  id: 'column-indexed',
  title: 'keys that contain the column',
  holds: 'No key contains the column.',
  why: 'Dropping a column silently changes every key that contains it, and cannot be done instantly (1846). Shaken Fist has no such key: somebody added it for a reason.',
  remedy: 'Find out who relies on the key, then drop the key.',
  beforeHide: true,
  look: async ({ servers }) => {
    const keys = await servers.database.read((session) => keysOf(session, TABLE));
    return keys
      .filter(({ columns }) => columns.some(isColumn))
      .map(({ name, columns }) => failure(`The key ${name} (${columns.join(', ')}) contains it.`));
  },
});
