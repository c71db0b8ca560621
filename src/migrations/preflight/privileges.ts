import { failure, preflightRule } from './rule.js';

export const privilegesRule = preflightRule({
  id: 'privileges',
  title: 'privileges of this account',
  holds: 'This account may do what is needed.',
  why: 'Better to know now than between two statements.',
  remedy: 'Use the account of Shaken Fist itself, which owns its database, or grant what is missing.',
  beforeHide: true,
  look: async ({ privileges, migration, request }) => {
    const on = (table: string, ...names: string[]): [string, string][] => names.map((name) => [name, table]);
    const needed = [
      ...on(migration.table, 'SELECT', 'ALTER'),
      ...on('cluster_locks', 'SELECT', 'INSERT', 'UPDATE', 'DELETE'),
      ...(request.phase === 'hide'
        ? []
        : [
            ...on(migration.table, ...migration.privileges),
            ...on('schema_versions', 'SELECT', 'INSERT', 'UPDATE'),
          ]),
    ];
    return needed
      .filter(([privilege, table]) => !privileges.has(privilege, table))
      .map(([privilege, table]) => failure(`${privilege} on ${table} is missing.`));
  },
});
