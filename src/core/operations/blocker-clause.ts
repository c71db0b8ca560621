import { formatDuration } from '../duration.js';
import { undrainedSentence } from '../queue-consumers.js';
import type { Uuid } from '../uuid.js';
import type { Blocker } from './blocker.js';
import type { RelatedOperation } from './operation-record.js';

/** How operations and queues are written in a sentence: `Names` for people. */
export interface Naming {
  uuid: (uuid: Uuid) => string;
  queue: (queueName: string) => string;
}

/** As the database has it. */
export const IN_FULL: Naming = { uuid: (uuid) => uuid, queue: (queueName) => queueName };

/**
 * Why an operation does not go on, as a clause that follows its name: `net_op 70000002 is orphaned: …`.
 *
 * @param now unix seconds
 */
export function blockerClause(blocker: Blocker, now: number, naming: Naming = IN_FULL): string {
  const ago = (since: number): string => formatDuration(now - since);
  const named = ({ type, uuid }: RelatedOperation): string => `${type} ${naming.uuid(uuid)}`;
  switch (blocker.reason) {
    case 'deferred':
      return `is put off for another ${formatDuration(blocker.until - now)}${blocker.work.deferCount > 0 ? `, for the ${ordinal(blocker.work.deferCount)} time` : ''}`;
    case 'waiting_its_turn':
      return `waits its turn in ${naming.queue(blocker.work.queueName)}, due for ${ago(blocker.dueSince)}`;
    case 'running':
      return `runs: a worker took it ${ago(blocker.since)} ago`;
    case 'stale_claim':
      return `was claimed ${ago(blocker.since)} ago and has not ended; a claim counts as abandoned after ${formatDuration(blocker.limitSeconds)}`;
    case 'orphaned':
      return `is orphaned: it has been ${blocker.state} for ${ago(blocker.since)} and has no work row, so no worker runs it; this release of Shaken Fist may not recover it`;
    case 'undrained':
      return `waits in ${naming.queue(blocker.work.queueName)}, which nobody drains: ${undrainedSentence(blocker.why)}`;
    case 'waits_for':
      return `waits for ${blocker.operations.map((one) => `${named(one)} (${one.state})`).join(', ')}`;
    case 'blocked_by_failed':
      return `waits for ${blocker.operations.map((one) => `${named(one)}, which ${one.state === 'abort' ? 'was aborted' : 'failed'}${one.since === null ? '' : ` ${ago(one.since)} ago`}`).join(', and ')}: it will never run`;
    case 'blocked_by_missing':
      return `waits for ${blocker.operations.map((one) => `${named(one)}, which does not exist`).join(', and ')}: it will never run`;
    case 'cycle':
      return blocker.operations.length === 1
        ? 'waits for itself: it will never run'
        : `waits for itself, through ${blocker.operations
            .slice(1)
            .map((uuid) => naming.uuid(uuid))
            .join(', ')}: none of them will ever run`;
    case 'complete':
      return `is complete since ${ago(blocker.since)}`;
    case 'folded':
      return `is complete since ${ago(blocker.since)}: its work was done together with that of another operation`;
    case 'failed': {
      const said = blocker.error?.message ?? blocker.message;
      return `failed ${ago(blocker.since)} ago${said === null ? '' : `: ${said}`}`;
    }
    case 'aborted':
      return `was aborted ${ago(blocker.since)} ago${blocker.message === null ? '' : `: ${blocker.message}`}`;
    case 'gone':
      return 'is gone: Shaken Fist removes operations soon after they have ended';
    case 'unknown_state':
      return blocker.state === null
        ? 'has no state, which is neither active nor ended'
        : `is in the state "${blocker.state}", which this version of sf-ops does not know`;
    case 'cannot_tell':
      return `may or may not go on: ${blocker.why}`;
  }
}

function ordinal(count: number): string {
  const ending =
    count % 100 >= 11 && count % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th');
  return `${count}${ending}`;
}
