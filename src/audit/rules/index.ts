import { blockedDependency } from './blocked-dependency.js';
import { claimOfDeadNode } from './claim-of-dead-node.js';
import { dependencyCycle } from './dependency-cycle.js';
import { futureTime } from './future-time.js';
import { headerWithoutState } from './header-without-state.js';
import { heldByStuck } from './held-by-stuck.js';
import { missingEnumLabel } from './missing-enum-label.js';
import { missingTargets } from './missing-targets.js';
import { newerVersionThanWorkers } from './newer-version-than-workers.js';
import { objectGone } from './object-gone.js';
import { orphanedOperation } from './orphaned-operation.js';
import { quiescedNetwork } from './quiesced-network.js';
import { retentionNotEnforced } from './retention-not-enforced.js';
import type { AuditRule } from './rule.js';
import { staleClaim } from './stale-claim.js';
import { stateWithoutHeader } from './state-without-header.js';
import { targetsWithoutOperation } from './targets-without-operation.js';
import { undrainedQueue } from './undrained-queue.js';
import { unknownState } from './unknown-state.js';
import { versionWithoutKey } from './version-without-key.js';
import { workWithoutOperation } from './work-without-operation.js';

/** Every rule of audit, in the order of `--list`. */
export const AUDIT_RULES: readonly AuditRule[] = [
  orphanedOperation,
  staleClaim,
  undrainedQueue,
  blockedDependency,
  dependencyCycle,
  missingTargets,
  headerWithoutState,
  stateWithoutHeader,
  workWithoutOperation,
  targetsWithoutOperation,
  objectGone,
  heldByStuck,
  versionWithoutKey,
  missingEnumLabel,
  unknownState,
  futureTime,
  retentionNotEnforced,
  quiescedNetwork,
  claimOfDeadNode,
  newerVersionThanWorkers,
];
