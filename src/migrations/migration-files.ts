import baseline from '../../drizzle/0000_baseline.sql';
import dropLastClusterOperation from '../../drizzle/0001_drop_last_cluster_operation.sql';
import compositeTargetUniqueness from '../../drizzle/0002_composite_target_uniqueness.sql';

/** The files in `drizzle/`, oldest first, as in its journal. They are part of the program: it needs no file beside it. */
const FILES = {
  '0000_baseline': baseline,
  '0001_drop_last_cluster_operation': dropLastClusterOperation,
  '0002_composite_target_uniqueness': compositeTargetUniqueness,
};

export type MigrationTag = keyof typeof FILES;

/** `baseline`: a deployment as Shaken Fist left it before both migrations. `current`: after them. */
export type SchemaVersion = 'baseline' | 'current';

const STATEMENT_BREAKPOINT = '--> statement-breakpoint';

export const MIGRATION_TAGS = Object.keys(FILES) as MigrationTag[];

/** The statements of one migration, in order, without their semicolons. */
export function migrationStatements(tag: MigrationTag): string[] {
  return FILES[tag]
    .split(STATEMENT_BREAKPOINT)
    .map((statement) => statement.trim().replace(/;$/, ''))
    .filter((statement) => statement !== '');
}

/** What makes Shaken Fist's tables in an empty database, the rows of its `schema_versions` included. */
export function schemaStatements(version: SchemaVersion): string[] {
  const tags = version === 'baseline' ? MIGRATION_TAGS.slice(0, 1) : MIGRATION_TAGS;
  return tags.flatMap(migrationStatements);
}
