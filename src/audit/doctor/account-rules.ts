import { isAllowed, type Privilege } from '../../core/account-privileges.js';
import { fail, note, pass, unknown, type Verdicts } from '../../core/finding.js';
import type { AccountFacts } from './facts.js';
import { ruleAbout, type DoctorRule } from './rule.js';

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
  {
    name: 'audit --fix',
    needs: {
      object_states: ['INSERT', 'UPDATE', 'DELETE'],
      work_queue: ['INSERT', 'UPDATE', 'DELETE'],
      cluster_operation_targets: ['INSERT', 'DELETE'],
      cluster_operation_errors: ['INSERT'],
    },
  },
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

export const ACCOUNT_RULES: readonly DoctorRule[] = [
  ruleAbout('account', {
    id: 'select-privilege',
    severity: 'error',
    title: 'the account may read every table',
    why: 'Every command reads; what cannot be read cannot be answered for.',
    remedy: null,
    verdict: (account) => {
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
        : fail(`${account.name} may not read ${unreadable.join(', ')}.`, {
            remedy: `GRANT SELECT ON \`${account.database}\`.* TO ${quotedAccount(account.name)}`,
          });
    },
  }),
  ruleAbout('account', {
    id: 'write-privileges',
    severity: 'warning',
    title: 'what the account may write',
    why: 'An account that only reads is fine for diagnosis; the commands that write will not work with it.',
    remedy: 'Grant what is missing, or use an account that only reads.',
    verdict: writePrivileges,
  }),
];

function writePrivileges(account: AccountFacts): Verdicts {
  const commands = WRITING_COMMANDS.map(({ name, needs }) => ({ name, ...shortcomings(account, needs) }));
  const impossible = commands.filter(({ lacking }) => lacking.length > 0);
  const unsure = commands.filter(({ lacking, unsure }) => lacking.length === 0 && unsure.length > 0);
  if (impossible.length === commands.length) {
    const names = impossible.map(({ name }) => name).join(', ');
    return note(`${account.name} only reads: ${names} will not work with it.`);
  }
  if (impossible.length > 0) {
    const detail = impossible.map(({ name, lacking }) => `${name} (lacks ${lacking.join(', ')})`).join('; ');
    return fail(`${impossible.length} of ${commands.length} kinds of writing will not work.`, {
      detail: `Will not work with ${account.name}: ${detail}.`,
    });
  }
  if (unsure.length > 0) {
    const reasons = [...new Set(unsure.flatMap((command) => command.unsure))].join('; ');
    return unknown(`${reasons}. It concerns ${unsure.map(({ name }) => name).join(', ')}.`);
  }
  return pass(`${account.name} may write all that sf-ops writes.`);
}

function shortcomings(
  account: AccountFacts,
  needs: WritingCommand['needs'],
): { lacking: string[]; unsure: string[] } {
  const lacking: string[] = [];
  const unsure: string[] = [];
  for (const [table, privileges] of Object.entries(needs)) {
    for (const privilege of privileges) {
      const answer = isAllowed(account, privilege, table);
      if ('unknown' in answer) unsure.push(answer.unknown);
      else if (!answer.value) lacking.push(`${privilege} on ${table}`);
    }
  }
  return { lacking, unsure };
}

/** `shakenfist@%` → `` `shakenfist`@`%` ``; a user's name may hold an @, a host's may not. */
function quotedAccount(account: string): string {
  const at = account.lastIndexOf('@');
  return [account.slice(0, at), account.slice(at + 1)]
    .map((part) => `\`${part.replaceAll('`', '``')}\``)
    .join('@');
}
