import { AUDIT_RULES } from '../../../src/audit/rules/index.js';
import type { ActiveOperation, Activity, AuditFacts, StrayWork } from '../../../src/audit/rules/facts.js';
import type { AuditRuleId } from '../../../src/core/audit-rules.js';
import type { ClusterFacts } from '../../../src/core/cluster-facts.js';
import { applyRules, type Finding } from '../../../src/core/finding.js';
import { blockerOf } from '../../../src/core/operations/blocker.js';
import type { OperationRecord, OperationTarget } from '../../../src/core/operations/operation-record.js';
import { cluster, NOW, OTHER, record, workRow } from '../../core/operations/records.js';

/** What is younger may be between two statements, and is not accused. */
export const MIN_AGE = 30;
/** Old enough, to the second; and just not. */
export const SETTLED = NOW - MIN_AGE;
export const FRESH = NOW - MIN_AGE + 0.1;

export const NETWORK = '11111111-1111-4111-8111-111111111111';

/** Facts in which nothing was looked at, but for what is given. */
export function facts(more: Partial<AuditFacts> = {}): AuditFacts {
  return {
    ...{ now: NOW, minAgeSeconds: MIN_AGE, activity: null, schema: null, unknownStates: null },
    ...{ retention: null, quiesced: null, accepted: null, leftovers: null },
    ...more,
  };
}

/** An active operation, and why it does not go on. */
export function active(more: Partial<OperationRecord> = {}, all: ClusterFacts = cluster()): ActiveOperation {
  const one = record(more);
  return { record: one, blocker: blockerOf(one, all, NOW) };
}

export function activity(operations: readonly ActiveOperation[], more: Partial<Activity> = {}): AuditFacts {
  const value = {
    operations,
    strayWork: [],
    objects: new Map(),
    cluster: cluster(),
    oneTargetOnly: false,
    ...more,
  };
  return facts({ activity: { value } });
}

export function stray(more: Partial<StrayWork> = {}): AuditFacts {
  const operation = { uuid: OTHER, type: 'net_op' };
  const one = { row: workRow(), queuedAt: SETTLED, operation, hasHeader: false, state: null, ...more };
  return activity([], { strayWork: [one] });
}

export function target(
  objectType: string,
  uuid: string,
  more: Partial<OperationTarget> = {},
): OperationTarget {
  return { sequenceNumber: 1, objectType, uuid, createdAt: SETTLED, observational: false, ...more };
}

/** What one rule finds in the facts. */
export function audit(id: AuditRuleId, all: AuditFacts): Finding {
  const [finding] = applyRules(
    AUDIT_RULES.filter((rule) => rule.id === id),
    all,
  );
  return finding!;
}

/** What it says about each of those that it accuses. */
export function accused(id: AuditRuleId, all: AuditFacts): (string | undefined)[] {
  return audit(id, all).subjects.map(({ detail }) => detail);
}
