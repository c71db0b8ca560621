import { compositeTargetUniqueness } from './composite-target-uniqueness/migration.js';
import { dropLastClusterOperation } from './drop-last-cluster-operation/migration.js';
import type { Migration } from './migration.js';

/** Every migration, in the order in which they are applied. */
export const MIGRATIONS: readonly Migration[] = [dropLastClusterOperation, compositeTargetUniqueness];
