import { COPY, INPLACE, INSTANT, type Alteration } from '../alteration.js';
import type { MigrationTag } from '../migration-files.js';
import { COLUMN, TABLE, type ColumnFacts } from './column.js';

export const TAG: MigrationTag = '0001_drop_last_cluster_operation';

type Named = Pick<ColumnFacts, 'name' | 'definition'>;

/** Readers that name the column go on; `SELECT *` and INSERT without a column list no longer see it. */
export function hiding({ name, definition }: Named): Alteration {
  return {
    phase: 'hide',
    statement: `ALTER TABLE \`${TABLE}\` MODIFY COLUMN \`${name}\` ${definition} INVISIBLE`,
    ladder: [INSTANT],
  };
}

export function showing({ name, definition }: Named): Alteration {
  return {
    phase: 'restore',
    statement: `ALTER TABLE \`${TABLE}\` MODIFY COLUMN \`${name}\` ${definition}`,
    ladder: [INSTANT],
  };
}

/** From now on whoever names the column fails (1054), on every node, and nothing is written to it any more. */
export function fencing(fencedName: string): Alteration {
  return {
    phase: 'fence',
    statement: `ALTER TABLE \`${TABLE}\` RENAME COLUMN \`${COLUMN}\` TO \`${fencedName}\``,
    ladder: [INSTANT],
  };
}

export function unfencing(fencedName: string): Alteration {
  return {
    phase: 'restore',
    statement: `ALTER TABLE \`${TABLE}\` RENAME COLUMN \`${fencedName}\` TO \`${COLUMN}\``,
    ladder: [INSTANT],
  };
}

/** Only ever a fenced column: whatever becomes of the statement, it cannot take values that anybody can still write. */
export function dropping(fencedName: string): Alteration {
  return {
    phase: 'drop',
    statement: `ALTER TABLE \`${TABLE}\` DROP COLUMN IF EXISTS \`${fencedName}\``,
    ladder: [INSTANT, INPLACE, COPY],
  };
}

export function addingBack(definition: string, after: string | null): Alteration {
  const place = after === null ? 'FIRST' : `AFTER \`${after}\``;
  return {
    phase: 'restore',
    statement: `ALTER TABLE \`${TABLE}\` ADD COLUMN IF NOT EXISTS \`${COLUMN}\` ${definition} ${place}`,
    ladder: [INSTANT, INPLACE, COPY],
  };
}
