import { formatDuration } from '../../core/duration.js';
import { blockerClause, type Naming } from '../../core/operations/blocker-clause.js';
import { isStuck } from '../../core/operations/blocker.js';
import { remediesOf, type ChainLink, type Remedy } from '../../core/operations/explanation.js';
import { consumerSentence } from '../../core/queue-consumers.js';
import type { ObjectExplanation } from '../../operations/explain-object.js';
import { consumerDocument, evidenceDocument } from '../operation-documents.js';
import type { Explanation } from './explanation.js';

/** Why nothing happens to an object. */
export function objectExplanation(explained: ObjectExplanation, now: number): Explanation {
  const { objectType, uuid, reason, names } = explained;
  return {
    subject: { type: objectType, uuid, name: names.nameOf(uuid) },
    reason: reason.reason,
    isStuck: reason.reason === 'pending' && reason.operations.some(({ blocker }) => isStuck(blocker)),
    sentence: (naming) => sentence(explained, now, naming),
    evidence: evidence(explained),
    operation: null,
    chain: chainOfObject(explained),
    remedies: (naming) => remedies(explained, naming),
  };
}

/** The pending operations, and below each what it waits for; each operation once. */
function chainOfObject({ operations: { explanations } }: ObjectExplanation): ChainLink[] {
  const pending = new Set(explanations.map(({ record }) => record.uuid));
  return explanations.flatMap((operation) => {
    const { record, chain } = operation;
    const related = {
      uuid: record.uuid,
      type: record.type ?? 'operation',
      kind: 'runs_after' as const,
      state: record.state?.value ?? null,
      since: record.state?.since ?? null,
    };
    const further = chain.filter((link) => !pending.has(link.related.uuid));
    return [
      { related, depth: 1, explained: operation },
      ...further.map((link) => ({ ...link, depth: link.depth + 1 })),
    ];
  });
}

function sentence({ objectType, reason }: ObjectExplanation, now: number, naming: Naming): string {
  const ago = (since: number): string => formatDuration(now - since);
  const isNetwork = objectType === 'network';
  switch (reason.reason) {
    case 'recently_changed':
      return `Its state became ${reason.state ?? 'nothing'} ${ago(reason.since)} ago: Shaken Fist leaves a network alone for ${reason.limitSeconds} s after that.`;
    case 'pending': {
      const [worst] = reason.operations;
      const { length } = reason.operations;
      const count = length === 1 ? '1 operation is' : `${length} operations are`;
      const consequence = isNetwork ? ', so Shaken Fist leaves the network to it' : '';
      return `${count} pending on it${consequence}: ${worst!.record.type ?? 'operation'} ${naming.uuid(worst!.record.uuid)} ${blockerClause(worst!.blocker, now, naming)}.`;
    }
    case 'recent_failure':
      return `Its last net_op ${naming.uuid(reason.operation.uuid)} failed ${ago(reason.operation.endedAt)} ago: Shaken Fist waits ${reason.limitSeconds} s before it tries again.`;
    case 'quiesced':
      return `Its last ${reason.operations.length} net_ops all failed, the latest ${ago(reason.operations[0]!.endedAt)} ago: Shaken Fist has given up until one succeeds, and waits for an operator.`;
    case 'no_maintainer':
      return reason.consumers.length === 0
        ? 'There is no network node, so nobody looks after networks.'
        : `Nobody looks after networks: ${reason.consumers.map(consumerSentence).join('; ')}.`;
    case 'not_maintained':
      return reason.state === null
        ? 'It has no state, and Shaken Fist only looks after networks that are created.'
        : `Its state is ${reason.state}, and Shaken Fist only looks after networks that are created.`;
    case 'healthy':
      return isNetwork
        ? 'As far as the database knows there is nothing to repair: it is created, and nothing is pending or failing.'
        : `Nothing is pending on it and nothing failed lately; its state is ${reason.state ?? 'not recorded'}.`;
    case 'failed':
      return reason.operation?.state === 'error'
        ? `Nothing is pending on it, and its last operation ${naming.uuid(reason.operation.uuid)} failed ${ago(reason.operation.endedAt)} ago.`
        : `Nothing is pending on it, and its state is ${reason.state ?? 'not recorded'}.`;
    case 'gone':
      return reason.state === null
        ? 'Nothing is left of it but rows that name it.'
        : `It is ${reason.state}.`;
  }
}

function evidence({ reason }: ObjectExplanation): object {
  switch (reason.reason) {
    case 'recently_changed':
      return { state: reason.state, since: reason.since, limit_seconds: reason.limitSeconds };
    case 'pending':
      return {
        count: reason.operations.length,
        operations: reason.operations.map(({ record, blocker }) => ({
          op_type: record.type,
          op_uuid: record.uuid,
          reason: blocker.reason,
          evidence: evidenceDocument(blocker),
        })),
      };
    case 'recent_failure':
      return { operations: [endedDocument(reason.operation)], limit_seconds: reason.limitSeconds };
    case 'quiesced':
      return { operations: reason.operations.map(endedDocument) };
    case 'no_maintainer':
      return { consumers: reason.consumers.map(consumerDocument) };
    case 'failed':
      return {
        state: reason.state,
        operations: reason.operation === null ? [] : [endedDocument(reason.operation)],
      };
    case 'not_maintained':
    case 'healthy':
    case 'gone':
      return { state: reason.state };
  }
}

function endedDocument(operation: {
  uuid: string;
  state: string;
  endedAt: number;
  message: string | null;
}): object {
  const { uuid, state, endedAt, message } = operation;
  return { op_uuid: uuid, state, ended_at: endedAt, message };
}

function remedies(explained: ObjectExplanation, naming: Naming): readonly Remedy[] {
  const { reason, objectType, uuid, operations, names } = explained;
  const object = names.nameOf(uuid) ?? naming.uuid(uuid);
  switch (reason.reason) {
    case 'pending': {
      const [worst] = operations.explanations;
      return worst === undefined ? [] : remediesOf(worst, worst.chain, naming);
    }
    case 'recently_changed':
    case 'recent_failure':
      return [
        {
          command: `sf-ops explain ${objectType} ${object}`,
          sentence: 'in a minute: it tries again by then',
        },
      ];
    case 'quiesced':
      return [
        {
          command: `sf-ops show ${naming.uuid(reason.operations[0]!.uuid)} --traceback`,
          sentence: 'shows why the last one failed',
        },
        {
          command: `sf-ops enqueue net_op --network-uuid ${object} --task network_deploy`,
          sentence: 'once that is mended: one that succeeds lets the maintainer begin again',
        },
      ];
    case 'no_maintainer':
      return reason.consumers.map(({ node, daemon }) => ({
        command: `systemctl start sf-${daemon}`,
        sentence: `on ${node.fqdn}, the network node`,
        host: node.fqdn,
      }));
    case 'failed':
      return reason.operation === null
        ? []
        : [
            {
              command: `sf-ops show ${naming.uuid(reason.operation.uuid)} --traceback`,
              sentence: 'shows where it failed',
            },
            {
              command: `sf-ops enqueue --like ${naming.uuid(reason.operation.uuid)}`,
              sentence: 'does it again as a new operation',
            },
          ];
    case 'healthy':
      return objectType === 'network'
        ? [
            {
              command: `sf-ops network is-okay ${object}`,
              sentence: 'on the network node looks at the machine too',
            },
          ]
        : [];
    case 'not_maintained':
    case 'gone':
      return [];
  }
}
