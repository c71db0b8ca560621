import { formatDuration } from '../../core/duration.js';
import type { Names } from '../../core/names.js';
import { IN_FULL, type Naming } from '../../core/operations/blocker-clause.js';
import {
  estimateOf,
  explanationSentence,
  remediesOf,
  type ChainLink,
  type QueuePosition,
  type Remedy,
} from '../../core/operations/explanation.js';
import type { OperationExplanation } from '../../operations/explain.js';
import { evidenceDocument } from '../operation-documents.js';

/** An explanation in the form in which every format can tell it. */
export interface Explanation {
  subject: { type: string; uuid: string; name: string | null };
  reason: string;
  isStuck: boolean;

  sentence: (naming: Naming) => string;
  evidence: object;
  /** The operation itself, where it is one. */
  operation: OperationExplanation | null;
  chain: readonly ChainLink[];
  remedies: (naming: Naming) => readonly Remedy[];
}

export function explanationOf(explained: OperationExplanation, isStuck: boolean, now: number): Explanation {
  const { record, blocker, chain, position } = explained;
  const estimate = position === null ? null : estimateOf(position);
  return {
    subject: { type: record.type ?? 'operation', uuid: record.uuid, name: null },
    reason: blocker.reason,
    isStuck,
    sentence: (naming) => explanationSentence(blocker, chain, now, naming) + placeText(position),
    evidence: {
      ...evidenceDocument(blocker),
      ...(position === null
        ? {}
        : {
            position: {
              ahead: position.ahead,
              ahead_is_more: position.isMore,
              estimate_seconds: estimate?.seconds ?? null,
              basis: estimate?.basis ?? null,
            },
          }),
    },
    operation: explained,
    chain,
    remedies: (naming) => remediesOf(explained, chain, naming),
  };
}

/** Where it stands in its queue, as sentences of their own. */
function placeText(position: QueuePosition | null): string {
  if (position === null) return '';
  const { ahead, isMore } = position;
  if (ahead === 0) return ' It is the next.';
  const place = ` ${isMore ? 'More than ' : ''}${ahead} ${ahead === 1 ? 'is' : 'are'} taken before it`;
  const estimate = estimateOf(position);
  return estimate === null
    ? `${place}; too little of this queue completed lately to say how long that takes.`
    : `${place}; at the pace of late it begins in about ${formatDuration(estimate.seconds)} (${estimate.basis}).`;
}

export function explanationDocument({
  subject,
  reason,
  sentence,
  evidence,
  chain,
  remedies,
}: Explanation): object {
  return {
    subject,
    reason,
    sentence: sentence(IN_FULL),
    evidence,
    chain: chain.map(({ related, depth, explained }) => ({
      op_type: related.type,
      op_uuid: related.uuid,
      kind: related.kind,
      depth,
      state: explained?.record.state?.value ?? related.state,
      state_since: explained?.record.state?.since ?? related.since,
      reason: explained?.blocker.reason ?? 'gone',
    })),
    remedies: remedies(IN_FULL),
  };
}

/** What an operation is about, in a line: its type, tasks, state, age and first targets. */
export function operationLine({ record }: OperationExplanation, names: Names, now: number): string {
  const tasks = record.header?.stored.tasks.join(', ') ?? '';
  const state =
    record.state === null
      ? 'no state'
      : `${record.state.value ?? 'no state'} ${formatDuration(now - record.state.since)}`;
  const targets = record.targets.map((target) => names.object(target.objectType, target.uuid)).join(' ');
  return [names.uuid(record.uuid), record.type ?? 'operation', tasks, state, targets]
    .filter((part) => part !== '')
    .join('  ');
}
