import type { AccountPrivileges } from '../../core/account-privileges.js';
import {
  fail,
  pass,
  unknown as cannotTell,
  type ProbingRule,
  type Verdict,
  type Verdicts,
} from '../../core/finding.js';
import type { ApplyRequest, Migration } from '../migration.js';
import type { Servers } from '../servers.js';

export type { Verdict } from '../../core/finding.js';

/** What a rule may look at. */
export interface PreflightContext {
  migration: Pick<Migration, 'table' | 'privileges'>;
  servers: Servers;
  /** Of this account. */
  privileges: AccountPrivileges;
  request: ApplyRequest;
}

/** One thing that must hold before a table is changed. A rule only looks. */
export interface PreflightRule extends ProbingRule<PreflightContext> {
  /** Whether it matters already for making the column invisible, which takes nothing away. */
  readonly beforeHide: boolean;
}

interface Declaration {
  id: string;
  /** What it looks at, for lists. */
  title: string;
  /** The finding where nothing is wrong, in a sentence. */
  holds: string;
  why: string;
  /** What to do where something is. */
  remedy: string;
  beforeHide: boolean;
  /** What is wrong, or could not be looked at; nothing where the rule holds. */
  look: (context: PreflightContext) => Promise<Verdict[]>;
}

export function preflightRule({ holds, look, ...texts }: Declaration): PreflightRule {
  return {
    ...texts,
    severity: 'error',
    check: async (context): Promise<Verdicts> => {
      const found = await look(context);
      return found.length === 0 ? pass(holds) : found;
    },
  };
}

/** The change must not be made. */
export const failure = (title: string): Verdict => fail(title);
/** The operator should know. */
export const warning = (title: string): Verdict => fail(title, { severity: 'warning' });
/** Not seen, and it could do harm. */
export const unknown = (reason: string): Verdict => cannotTell(reason);
/** Not seen, and harmless: something else protects from it. */
export const unseen = (reason: string): Verdict => cannotTell(reason, { severity: 'info' });
