import type { SQL } from 'drizzle-orm';
import type { Subject } from '../../core/finding.js';
import type { Json } from '../../core/json.js';
import type { Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../../database/description.js';
import type { AuditFacts } from '../rules/facts.js';

/**
 * One statement of a repair. `change`: it must change a row, because its WHERE is what made it a finding, and where it
 * does not, somebody moved first. `any`: it may. `nothing`: a look that must find no row.
 */
export interface Step {
  readonly sql: SQL;
  readonly expects: 'change' | 'any' | 'nothing';
}

/** What is to be done about one thing that is broken: a transaction of its own. */
export interface Change {
  /** What it does, in a clause: `queued again in networknode-clusteroperation-user_facing`. */
  readonly what: string;
  readonly steps: readonly Step[];
  /** What the audit event keeps beside that. */
  readonly extra: Json;
  /** Objects, beside the subject itself, whose log gets the event. */
  readonly objects: readonly { objectType: string; uuid: Uuid }[];
}

/** A repair, or why there is none. */
export type Plan = { readonly subject: Subject } & ({ readonly change: Change } | { readonly why: string });

/** What planning needs to know beside the facts. */
export interface Workshop {
  readonly facts: AuditFacts;
  readonly description: DatabaseDescription;
  /** Whether only the first target of an operation can be recorded. */
  readonly oneTargetOnly: boolean;
  /** `sf-ops (alice@sf-1)`. */
  readonly who: string;
}

/** Plans the repair of one subject of a finding. */
export type Planner = (subject: Subject, workshop: Workshop) => Plan[];

export const must = (sql: SQL): Step => ({ sql, expects: 'change' });
export const may = (sql: SQL): Step => ({ sql, expects: 'any' });
export const unless = (sql: SQL): Step => ({ sql, expects: 'nothing' });
