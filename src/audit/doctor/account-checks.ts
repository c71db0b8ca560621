import { declareCheck, fail, info, pass, unknown, warn, type Check, type Finding } from './check.js';
import type { Observed } from '../../core/observed.js';
import type { AccountFacts } from './facts.js';
import { isGranted } from '../../core/grants.js';

type Privilege = 'INSERT' | 'UPDATE' | 'DELETE' | 'ALTER';

/** What a command writes, by table. Reading needs SELECT on everything. */
interface WritingCommand {
  name: string;
  needs: Readonly<Record<string, readonly Privilege[]>>;
}

const ENQUEUE: WritingCommand['needs'] = {
  cluster_operations: ['INSERT'],
  object_states: ['INSERT', 'UPDATE'],
  work_queue: ['INSERT'],
  cluster_operation_targets: ['INSERT'],
};

const WRITING_COMMANDS: readonly WritingCommand[] = [
  { name: 'enqueue', needs: ENQUEUE },
  { name: 'enqueue of what is coalesced', needs: { cluster_locks: ['INSERT', 'UPDATE', 'DELETE'] } },
  { name: 'smoke', needs: ENQUEUE },
  { name: 'abort', needs: { object_states: ['INSERT', 'UPDATE'], work_queue: ['DELETE'] } },
  { name: 'requeue', needs: { object_states: ['INSERT', 'UPDATE'], work_queue: ['INSERT', 'UPDATE'] } },
  { name: 'prune', needs: { cluster_operation_targets: ['DELETE'] } },
  {
    name: 'migrate apply',
    needs: {
      object_metadata: ['ALTER'],
      cluster_operation_targets: ['ALTER'],
      schema_versions: ['INSERT', 'UPDATE'],
      cluster_locks: ['INSERT', 'UPDATE', 'DELETE'],
    },
  },
  // Their failure is a warning of the command that did the work.
  { name: 'the audit events of all these', needs: { events: ['INSERT'], event_objects: ['INSERT'] } },
];

/** The tables on which some command needs DELETE. */
export const DELETED_FROM = [
  ...new Set(
    WRITING_COMMANDS.flatMap(({ needs }) =>
      Object.keys(needs).filter((table) => needs[table]!.includes('DELETE')),
    ),
  ),
];

export const ACCOUNT_CHECKS: readonly Check[] = [
  declareCheck({
    id: 'select-privilege',
    title: 'the account may read every table',
    why: 'Every command reads; what cannot be read cannot be answered for.',
    about: 'account',
    examine: (account) => {
      const hidden = [...account.columns].flatMap(([table, columns]) =>
        [...columns]
          .filter(([, privileges]) => !privileges.has('select'))
          .map(([column]) => `${table}.${column}`),
      );
      const unreadable = [
        ...account.unreadable,
        ...hidden.filter((name) => !account.unreadable.includes(name.split('.')[0]!)),
      ];
      return unreadable.length === 0
        ? pass(`${account.name} may read every table.`)
        : fail(
            `${account.name} may not read ${unreadable.join(', ')}.`,
            `GRANT SELECT ON \`${account.database}\`.* TO ${quotedAccount(account.name)}`,
          );
    },
  }),
  declareCheck({
    id: 'write-privileges',
    title: 'what the account may write',
    why: 'An account that only reads is fine for diagnosis; the commands that write will not work with it.',
    about: 'account',
    examine: judgeWriting,
  }),
];

function judgeWriting(account: AccountFacts): Finding {
  const verdicts = WRITING_COMMANDS.map(({ name, needs }) => ({ name, ...judgeCommand(account, needs) }));
  const impossible = verdicts.filter(({ lacking }) => lacking.length > 0);
  const unsure = verdicts.filter(({ lacking, unsure }) => lacking.length === 0 && unsure.length > 0);
  if (impossible.length === verdicts.length) {
    return info(
      `${account.name} only reads: ${impossible.map(({ name }) => name).join(', ')} will not work with it.`,
    );
  }
  if (impossible.length > 0) {
    const detail = impossible.map(({ name, lacking }) => `${name} (lacks ${lacking.join(', ')})`).join('; ');
    return warn(
      `Will not work with ${account.name}: ${detail}.`,
      'Grant what is missing, or use an account that only reads.',
    );
  }
  if (unsure.length > 0) {
    const reasons = [...new Set(unsure.flatMap((verdict) => verdict.unsure))].join('; ');
    return unknown(`${reasons}. It concerns ${unsure.map(({ name }) => name).join(', ')}.`);
  }
  return pass(`${account.name} may write all that sf-ops writes.`);
}

function judgeCommand(
  account: AccountFacts,
  needs: WritingCommand['needs'],
): { lacking: string[]; unsure: string[] } {
  const lacking: string[] = [];
  const unsure: string[] = [];
  for (const [table, privileges] of Object.entries(needs)) {
    for (const privilege of privileges) {
      const answer = mayWrite(account, table, privilege);
      if ('unknown' in answer) unsure.push(answer.unknown);
      else if (!answer.value) lacking.push(`${privilege} on ${table}`);
    }
  }
  return { lacking, unsure };
}

function mayWrite(account: AccountFacts, table: string, privilege: Privilege): Observed<boolean> {
  switch (privilege) {
    case 'INSERT':
    case 'UPDATE': {
      const columns = [...(account.columns.get(table)?.values() ?? [])];
      return { value: columns.length > 0 && columns.every((column) => column.has(privilege.toLowerCase())) };
    }
    case 'DELETE':
      return account.mayDelete.get(table) ?? { value: false };
    case 'ALTER':
      return mayAlter(account, table);
  }
}

/**
 * No harmless statement shows this privilege, and `SHOW GRANTS` may not show all: the account can have grants on the
 * database under another host pattern. Where it does not even explain what the account evidently may, its silence is no
 * proof.
 */
function mayAlter(account: AccountFacts, table: string): Observed<boolean> {
  const answer = isGranted(account.grants, account.database, table, 'ALTER');
  if ('unknown' in answer || answer.value) return answer;
  const columns = [...(account.columns.get(table)?.values() ?? [])];
  const unexplained = (['SELECT', 'INSERT', 'UPDATE'] as const).some((privilege) => {
    const shown = isGranted(account.grants, account.database, table, privilege);
    const evident = columns.length > 0 && columns.every((column) => column.has(privilege.toLowerCase()));
    return evident && 'value' in shown && !shown.value;
  });
  return unexplained ? { unknown: 'SHOW GRANTS does not show all grants of this account' } : answer;
}

/** `shakenfist@%` → `` `shakenfist`@`%` ``; a user's name may hold an @, a host's may not. */
function quotedAccount(account: string): string {
  const at = account.lastIndexOf('@');
  return [account.slice(0, at), account.slice(at + 1)]
    .map((part) => `\`${part.replaceAll('`', '``')}\``)
    .join('@');
}
