import type { Subject } from '../../core/finding.js';
import type { Json } from '../../core/json.js';
import type { Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../../database/description.js';
import type { Step } from '../../operations/transition.js';
import type { AuditFacts } from '../rules/facts.js';

/** What is to be done about one thing that is broken: a transaction of its own. */
export interface Repair {
  /** What it does, in a clause: `queued again in networknode-clusteroperation-user_facing`. */
  readonly what: string;
  readonly steps: readonly Step[];
  /** What the audit event keeps beside that. */
  readonly extra: Json;
  /** Objects, beside the subject itself, whose log gets the event. */
  readonly objects: readonly { objectType: string; uuid: Uuid }[];
}

/** A repair, or why there is none. */
export type Plan = { readonly subject: Subject } & ({ readonly repair: Repair } | { readonly why: string });

/** What planning needs to know beside the facts. */
export interface RepairContext {
  readonly facts: AuditFacts;
  readonly description: DatabaseDescription;
  /** `sf-ops (alice@sf-1)`. */
  readonly who: string;
}

/** Plans the repair of one subject of a finding. */
export type Planner = (subject: Subject, context: RepairContext) => Plan[];
