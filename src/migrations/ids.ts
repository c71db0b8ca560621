/** The migrations that there are, in the order in which they are applied. Apart from them, because a command line names them without loading any. */
export const MIGRATION_IDS = ['drop-last-cluster-operation', 'composite-target-uniqueness'] as const;

export type MigrationId = (typeof MIGRATION_IDS)[number];
