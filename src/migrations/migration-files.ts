import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The names of the files in `drizzle/`, oldest first, as in its journal. */
export type MigrationTag =
  '0000_baseline' | '0001_drop_last_cluster_operation' | '0002_composite_target_uniqueness';

/** `baseline`: a deployment as Shaken Fist left it before both migrations. `current`: after them. */
export type SchemaVersion = 'baseline' | 'current';

const STATEMENT_BREAKPOINT = '--> statement-breakpoint';

/** The statements of one migration, in order, without their semicolons. */
export function migrationStatements(tag: MigrationTag): string[] {
  return readFileSync(join(migrationsFolder(), `${tag}.sql`), 'utf8')
    .split(STATEMENT_BREAKPOINT)
    .map((statement) => statement.trim().replace(/;$/, ''))
    .filter((statement) => statement !== '');
}

/** What makes Shaken Fist's tables in an empty database, the rows of its `schema_versions` included. */
export function schemaStatements(version: SchemaVersion): string[] {
  const tags = migrationTags();
  return (version === 'baseline' ? tags.slice(0, 1) : tags).flatMap(migrationStatements);
}

/** What Drizzle's own migrator is pointed at. */
export function migrationsFolder(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  // The package's folder is above `src/migrations/` in a checkout, and above `dist/` where this is bundled.
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'drizzle');
    if (existsSync(join(candidate, 'meta', '_journal.json'))) return candidate;
  }
  throw new Error(`the package is incomplete: no drizzle/ above ${start}`);
}

function migrationTags(): MigrationTag[] {
  const journal = JSON.parse(readFileSync(join(migrationsFolder(), 'meta', '_journal.json'), 'utf8')) as {
    entries: { tag: MigrationTag }[];
  };
  return journal.entries.map(({ tag }) => tag);
}
