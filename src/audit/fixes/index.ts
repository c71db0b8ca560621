import type { AuditRuleId } from '../../core/audit-rules.js';
import { deleteState, removeHeader, removeTargets, removeWork } from './leftovers.js';
import {
  abortBlocked,
  abortGone,
  breakCircle,
  completeTargets,
  emptyUndrainedQueue,
  releaseDeadClaim,
  releaseStaleClaim,
  requeueOrphan,
} from './operations.js';
import type { Planner } from './plan.js';

/** The repairs, by the rule whose findings they mend. */
export const FIXES: Readonly<Partial<Record<AuditRuleId, Planner>>> = {
  'orphaned-operation': requeueOrphan,
  'stale-claim': releaseStaleClaim,
  'undrained-queue': emptyUndrainedQueue,
  'blocked-dependency': abortBlocked,
  'dependency-cycle': breakCircle,
  'missing-targets': completeTargets,
  'header-without-state': removeHeader,
  'state-without-header': deleteState,
  'work-without-operation': removeWork,
  'targets-without-operation': removeTargets,
  'object-gone': abortGone,
  'claim-of-dead-node': releaseDeadClaim,
};
