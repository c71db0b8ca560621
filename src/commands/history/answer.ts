import { formatDuration } from '../../core/duration.js';
import { ExitCode } from '../../core/exit-codes.js';
import type { Lifetime } from '../../core/operations/lifetime.js';
import type { HistoryPortion } from '../../operations/history-list.js';
import { answerOf, type AnyAnswer, type Column, type Line } from '../../render/answer.js';
import { flattened } from '../flattened.js';
import { listedOperation, operationColumns, type ListedOperation } from '../operation-columns.js';

export interface HistoryReport {
  /** As people read it: `network/web`. */
  object: string;
  /** Newest first; in one portion, or read as they are asked for. */
  portions: Iterable<HistoryPortion> | AsyncIterable<HistoryPortion>;
  /** Whether there are older ones. */
  isCut: boolean;
  /** How many have been removed while they were read. */
  removed: () => number;
  /** Whether times were asked for. */
  isBounded: boolean;
  /** Unix seconds. */
  now: number;
}

/** An operation of the list, and how long it waited and ran; seconds, null where nothing tells. */
interface Recorded extends ListedOperation {
  waited: number | null;
  ran: number | null;
  times: { started_at: number | null; ended_at: number | null };
}

export function historyAnswer(report: HistoryReport): AnyAnswer {
  const { object, portions, isCut, removed, isBounded, now } = report;
  const shown = { count: 0, oldestAt: now };
  return answerOf<Recorded>({
    columns: columns(now),
    rows: flattened(portions, function* ({ operations, lifetimes, names }) {
      for (const operation of operations) {
        shown.count += 1;
        shown.oldestAt = operation.target.createdAt;
        const times = timesOf(lifetimes.get(operation.record.uuid), now);
        yield { ...listedOperation(operation, names, now), ...times };
      }
    }),
    record: ({ row, waited, ran, times }) => ({ ...row, ...times, waited_seconds: waited, ran_seconds: ran }),
    json: {
      rows: 'history',
      tail: () => ({ truncated: isCut, ...(removed() === 0 ? {} : { removed_meanwhile: removed() }) }),
    },
    empty: isBounded
      ? `No operation of ${object} in that time is recorded.`
      : `No operation of ${object} is recorded.`,
    after: () => [
      ...(shown.count === 0 ? [] : [footer(shown, report)]),
      ...(removed() === 0 ? [] : [`${removed()} have been removed meanwhile.`]),
    ],
    exitCode: ExitCode.OK,
  });
}

function footer(
  { count, oldestAt }: { count: number; oldestAt: number },
  { object, isCut, now }: HistoryReport,
): Line {
  const operations = count === 1 ? '1 operation' : `${count} operations`;
  const text = isCut
    ? `The newest ${operations} of ${object}; older ones: --before ${secondsAgo(oldestAt, now)}, or a larger --limit.`
    : `${operations} of ${object}.`;
  return { text, style: 'dim' };
}

/** For people `AGE` is followed by what it was spent on; for scripts it comes last, where it moves no other column. */
function columns(now: number): readonly Column<Recorded>[] {
  const forPeople = (name: string, of: (row: Recorded) => number | null): Column<Recorded> => ({
    name,
    heading: name.toUpperCase(),
    value: of,
    display: (row) => durationText(of(row)),
    priority: 4,
    peopleOnly: true,
  });
  const forScripts = (name: string, of: (row: Recorded) => number | null): Column<Recorded> => ({
    name: `${name}_seconds`,
    heading: `${name.toUpperCase()} SECONDS`,
    value: of,
    plain: (row) => durationText(of(row)),
    wideOnly: true,
  });
  const waited = ({ waited: seconds }: Recorded): number | null => seconds;
  const ran = ({ ran: seconds }: Recorded): number | null => seconds;
  const known = operationColumns(now).flatMap((column): Column<Recorded>[] => {
    if (column.name === 'age_seconds') return [column, forPeople('waited', waited), forPeople('ran', ran)];
    // All rows are about one object, which the last line names.
    return [column.name === 'object' ? { ...column, wideOnly: true } : column];
  });
  return [...known, forScripts('waited', waited), forScripts('ran', ran)];
}

function timesOf(lifetime: Lifetime | undefined, now: number): Pick<Recorded, 'waited' | 'ran' | 'times'> {
  if (lifetime === undefined) return { waited: null, ran: null, times: { started_at: null, ended_at: null } };
  const { createdAt, startedAt, endedAt, outcome } = lifetime;
  const seconds = (from: number, to: number): number => Math.max(0, Math.round((to - from) * 1000) / 1000);
  const isWaiting = startedAt === null && outcome === 'pending';
  return {
    waited: startedAt !== null ? seconds(createdAt, startedAt) : isWaiting ? seconds(createdAt, now) : null,
    ran: startedAt === null ? null : seconds(startedAt, endedAt ?? now),
    times: { started_at: startedAt, ended_at: endedAt },
  };
}

function durationText(seconds: number | null): string {
  return seconds === null ? '-' : formatDuration(seconds);
}

/** Rounded down, so that the next list begins at the last operation of this one. */
function secondsAgo(createdAt: number, now: number): string {
  return `${Math.max(0, Math.floor(now - createdAt))}s`;
}
