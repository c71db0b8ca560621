import { UnavailableError } from '../../core/errors.js';
import { isPrivilegeMissing } from '../../database/server-errors.js';
import { describeTransaction, openTransactions } from '../open-transactions.js';
import { unknown, unseen, warning, type Verdict, preflightRule } from './rule.js';

export const openTransactionsRule = preflightRule({
  id: 'open-transactions',
  title: 'open transactions',
  holds: 'Nobody has a transaction open.',
  why: 'A schema change waits for transactions on its table (standalone: `apply` never waits in the queue but tries again), or aborts them on every node at once (Galera: `apply` looks for a moment without any).',
  remedy:
    'Nothing, if they come and go: `apply` finds its moment within --max-wait. One that stays open for minutes has to be ended by its owner.',
  beforeHide: true,
  look: async ({ servers }) => {
    const perNode = servers.nodes.map(async (node): Promise<Verdict[]> => {
      try {
        return (await openTransactions(node)).map((work) => warning(`${describeTransaction(work)}.`));
      } catch (error) {
        // `apply` looks again before every statement, and does not send it until it has seen.
        if (error instanceof UnavailableError && error.word === 'stale_list') return [unseen(error.message)];
        if (!isPrivilegeMissing(error)) throw error;
        const sentence = `privilege PROCESS missing: the transactions on ${node.name} cannot be seen`;
        return servers.isGalera
          ? [unknown(`${sentence}, and those that are open on the table will be aborted.`)]
          : [unseen(`${sentence}; none will have to wait, because of NOWAIT.`)];
      }
    });
    return (await Promise.all(perNode)).flat();
  },
});
