import { COPY, INPLACE, INSTANT, type Alteration } from '../alteration.js';
import { migrationStatements, type MigrationTag } from '../migration-files.js';
import { COLUMN, TABLE, type ColumnFacts } from './column.js';

export const TAG: MigrationTag = '0001_drop_last_cluster_operation';

/** Readers that name the column go on; `SELECT *` and INSERT without a column list no longer see it. */
export function hiding({ definition }: Pick<ColumnFacts, 'definition'>): Alteration {
  return {
    phase: 'hide',
    statement: `ALTER TABLE \`${TABLE}\` MODIFY COLUMN \`${COLUMN}\` ${definition} INVISIBLE`,
    ladder: [INSTANT],
  };
}

export function showing({ definition }: Pick<ColumnFacts, 'definition'>): Alteration {
  return {
    phase: 'restore',
    statement: `ALTER TABLE \`${TABLE}\` MODIFY COLUMN \`${COLUMN}\` ${definition}`,
    ladder: [INSTANT],
  };
}

export function dropping(): Alteration {
  return { phase: 'drop', statement: migrationStatements(TAG)[0]!, ladder: [INSTANT, INPLACE, COPY] };
}

export function addingBack({ definition, after }: Pick<ColumnFacts, 'definition' | 'after'>): Alteration {
  const place = after === null ? 'FIRST' : `AFTER \`${after}\``;
  return {
    phase: 'restore',
    statement: `ALTER TABLE \`${TABLE}\` ADD COLUMN IF NOT EXISTS \`${COLUMN}\` ${definition} ${place}`,
    ladder: [INSTANT, INPLACE, COPY],
  };
}
