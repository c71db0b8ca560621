/** Kept apart from the migrations, because a command line names them without loading any. */
export const DROP_LAST_CLUSTER_OPERATION = 'drop-last-cluster-operation';
export const COMPOSITE_TARGET_UNIQUENESS = 'composite-target-uniqueness';

/** The migrations that there are, in the order in which they are applied. */
export const MIGRATION_IDS = [DROP_LAST_CLUSTER_OPERATION, COMPOSITE_TARGET_UNIQUENESS] as const;

export type MigrationId = (typeof MIGRATION_IDS)[number];
