import { duplicateTargets } from '../keys.js';
import { failure, preflightRule } from '../../preflight/rule.js';

const SHOWN = 10;

export const duplicateTargetsRule = preflightRule({
  id: 'duplicate-targets',
  title: 'targets that are recorded twice',
  holds: 'No target is recorded twice for the same operation.',
  why: 'The unique key cannot be added while two rows are equal in its columns (1062); Shaken Fist’s own step swallows that error and stamps the version all the same.',
  remedy:
    'Delete the later rows, which say nothing that the earliest does not: DELETE later FROM cluster_operation_targets later JOIN cluster_operation_targets first USING (operation_uuid, target_object_type, target_uuid) WHERE later.sequence_number > first.sequence_number;',
  beforeHide: true,
  look: async ({ servers }) => {
    const duplicates = await servers.database.read(duplicateTargets);
    const shown = duplicates
      .slice(0, SHOWN)
      .map(({ operation, objectType, uuid, rows }) =>
        failure(`${operation} → ${objectType} ${uuid}: ${rows} rows.`),
      );
    const more = duplicates.length - shown.length;
    return more > 0 ? [...shown, failure(`And ${more} more.`)] : shown;
  },
});
