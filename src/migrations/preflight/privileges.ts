import { TABLE } from '../drop-last-cluster-operation/column.js';
import { failure, type PreflightRule } from './rule.js';

export const privilegesRule: PreflightRule = {
  id: 'privileges',
  title: 'This account may do what is needed',
  why: 'Better to know now than between two statements.',
  whatToDo: 'Use the account of Shaken Fist itself, which owns its database, or grant what is missing.',
  beforeHide: true,
  check: async ({ privileges, table, request }) => {
    const needed: [string, string][] = [
      ['ALTER', table],
      ...['SELECT', 'INSERT', 'UPDATE', 'DELETE'].map((name): [string, string] => [name, 'cluster_locks']),
      ['SELECT', table],
      ...(request.phase === 'hide'
        ? []
        : ['SELECT', 'INSERT', 'UPDATE'].map((name): [string, string] => [name, 'schema_versions'])),
      ...(table === TABLE ? [] : [['INSERT', table] as [string, string]]),
    ];
    const missing = needed.filter(([privilege, on]) => !privileges.has(privilege, on));
    return missing.map(([privilege, on]) => failure(`${privilege} on ${on} is missing.`));
  },
};
