import { duplicateTargets } from '../composite-target-uniqueness/keys.js';
import { failure, type PreflightRule } from './rule.js';

const SHOWN = 10;

export const duplicateTargetsRule: PreflightRule = {
  id: 'duplicate-targets',
  title: 'No target is recorded twice for the same operation',
  why: 'The unique key cannot be added while two rows are equal in its columns (1062); Shaken Fist’s own step swallows that error and stamps the version all the same.',
  whatToDo:
    'Delete the later rows, which say nothing that the earliest does not: DELETE later FROM cluster_operation_targets later JOIN cluster_operation_targets first USING (operation_uuid, target_object_type, target_uuid) WHERE later.sequence_number > first.sequence_number;',
  beforeHide: true,
  check: async ({ surroundings }) => {
    const duplicates = await surroundings.database.read(duplicateTargets);
    const shown = duplicates
      .slice(0, SHOWN)
      .map(({ operation, objectType, uuid, rows }) =>
        failure(`${operation} → ${objectType} ${uuid}: ${rows} rows.`),
      );
    const more = duplicates.length - shown.length;
    return more > 0 ? [...shown, failure(`And ${more} more.`)] : shown;
  },
};
