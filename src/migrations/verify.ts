import { applyRules, fail, pass, unknown, type Finding, type Rule, type Verdict } from '../core/finding.js';
import { versionOf } from './ledger.js';
import type { Check } from './migration.js';
import type { Servers } from './servers.js';
import type { Session } from '../database/session.js';

/** What every migration's verification looks at on a node, beside what is its own. */
export interface Versioned {
  table: string;
  version: number | null;
}

const WHY =
  'A change that one node lacks is no change: Galera’s nodes can differ after a mistake, and a version can claim what is not so.';

/** A rule that holds for a node, or does not; its finding says what is there in both cases. */
export function nodeRule<Facts>(
  id: string,
  title: string,
  look: (facts: Facts) => { holds: boolean; found: string },
): Rule<Facts> {
  return {
    id,
    title,
    severity: 'error',
    why: WHY,
    remedy: null,
    check: (facts): Verdict => {
      const { holds, found } = look(facts);
      return holds ? pass(found) : fail(found);
    },
  };
}

export function versionRule(expected: number): Rule<Versioned> {
  return nodeRule('version', 'version of the table', ({ table, version }) => ({
    holds: version === expected,
    found: `${table} has version ${version ?? 'none'}`,
  }));
}

/** Verifies every node, and says which could not be looked at. */
export async function verifyNodes<Facts>(
  servers: Servers,
  table: string,
  rules: readonly Rule<Facts & Versioned>[],
  read: (session: Session) => Promise<Facts>,
): Promise<Finding[]> {
  const answers = await servers.askAll(async (session) => {
    // The version first: on Galera this read is causal, and so is all that follows.
    const version = await versionOf(session, table);
    return { ...(await read(session)), table, version };
  });
  return answers.flatMap(({ node, answer }) => about(node, applyRules(rules, answer)));
}

/** A node that nobody could look at is neither right nor wrong. */
export function unseenNodes({ unseen, unseenCount }: Servers): Finding[] {
  if (unseenCount === 0) return [];
  const named = unseen.map(({ address, reason }) => ({ address, reason }));
  const nodes =
    named.length > 0
      ? named
      : [{ address: '?', reason: `${unseenCount} nodes of the cluster are not known by address` }];
  return nodes.flatMap(({ address, reason }) => {
    const rule = {
      id: 'reachable',
      title: 'nodes that answer',
      severity: 'error',
      why: WHY,
      remedy: null,
    } as const;
    return about(address, applyRules([{ ...rule, check: () => unknown(reason) }], null));
  });
}

export function about(node: string, findings: readonly Finding[]): Finding[] {
  return findings.map((finding) => ({ ...finding, subjects: [{ type: 'server', uuid: null, name: node }] }));
}

/** As the API tells them. */
export function checksOf(findings: readonly Finding[]): Check[] {
  return findings.map(({ id, result, title, subjects }) => ({
    node: subjects[0]!.name ?? '?',
    name: id,
    result: result === 'skip' ? 'pass' : result,
    detail: title,
  }));
}
