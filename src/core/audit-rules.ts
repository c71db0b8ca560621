/** The rules of audit by id, in the order of `audit --list`: an API. */
export const AUDIT_RULE_IDS = [
  'orphaned-operation',
  'stale-claim',
  'undrained-queue',
  'blocked-dependency',
  'dependency-cycle',
  'missing-targets',
  'header-without-state',
  'state-without-header',
  'work-without-operation',
  'targets-without-operation',
  'object-gone',
  'held-by-stuck',
  'version-without-key',
  'missing-enum-label',
  'unknown-state',
  'future-time',
  'retention-not-enforced',
  'quiesced-network',
  'claim-of-dead-node',
  'newer-version-than-workers',
] as const;

export type AuditRuleId = (typeof AUDIT_RULE_IDS)[number];
