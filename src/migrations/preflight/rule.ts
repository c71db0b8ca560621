import type { ApplyRequest } from '../migration.js';
import type { Surroundings } from '../nodes.js';
import type { Privileges } from '../privileges.js';

/** What a rule may look at. */
export interface PreflightContext {
  /** The table that is to be changed. */
  table: string;
  surroundings: Surroundings;
  privileges: Privileges;
  request: ApplyRequest;
}

/**
 * `fail`: the change must not be made. `unknown`: the rule could not look, which is not a pass. `warning`: the operator
 * should know. An `unknown` blocks where what was not seen could do harm.
 */
export interface Finding {
  result: 'fail' | 'unknown' | 'warning';
  detail: string;
  blocks: boolean;
}

/** One thing that must hold before a table is changed. A rule only looks. */
export interface PreflightRule {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly whatToDo: string;
  /** Whether it matters already for making the column invisible, which takes nothing away. */
  readonly beforeHide: boolean;
  /** No findings = passed. */
  check(context: PreflightContext): Promise<Finding[]>;
}

export const failure = (detail: string): Finding => ({ result: 'fail', detail, blocks: true });
export const warning = (detail: string): Finding => ({ result: 'warning', detail, blocks: false });
/** Not seen, and it could do harm. */
export const unknown = (detail: string): Finding => ({ result: 'unknown', detail, blocks: true });
/** Not seen, and harmless: something else protects from it. */
export const unseen = (detail: string): Finding => ({ result: 'unknown', detail, blocks: false });
