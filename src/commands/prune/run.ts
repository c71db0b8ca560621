import { UsageError } from '../../core/errors.js';
import { ExitCode } from '../../core/exit-codes.js';
import { formatDuration } from '../../core/duration.js';
import { prune, type PruneResult } from '../../operations/prune.js';
import { answerOf, type AnyAnswer, type Column } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import type { PruneCommandRequest } from './definition.js';

export async function run(context: CommandContext, { options }: PruneCommandRequest): Promise<AnyAnswer> {
  const { olderThan, batch, sleep, maxRows = Infinity, maxDuration = Infinity, dryRun } = options;
  const resumeAfter = options.resumeAfter ?? null;
  if (olderThan === 0)
    throw new UsageError('--older-than 0 would take operations that have just ended: give an age.');
  if (resumeAfter !== null && !/^\d+$/.test(resumeAfter))
    throw new UsageError('--resume-after takes the number that an earlier run gave as resume_after.');
  const task = context.progress.start({
    ...{ doing: dryRun ? 'Counting' : 'Pruning', done: dryRun ? 'counted' : 'deleted', unit: 'rows' },
    total: null,
  });
  try {
    const result = await prune(await context.database(), {
      ...{ batch, sleep, maxRows, maxDuration, resumeAfter, task },
      olderThan: olderThan ?? null,
      isRehearsal: dryRun,
      now: () => context.now(),
      signal: context.signal,
      warn: (text) => context.note(text),
    });
    return pruneAnswer(result, dryRun);
  } finally {
    task.end();
  }
}

interface PruneRow {
  dry_run: boolean;
  deleted: number;
  kept_active: number;
  batches: number;
  resume_after: number | string | null;
  complete: boolean;
}

function pruneAnswer(result: PruneResult, isRehearsal: boolean): AnyAnswer {
  const row: PruneRow = {
    dry_run: isRehearsal,
    deleted: result.deleted,
    kept_active: result.keptActive,
    batches: result.batches,
    resume_after: result.resumeAfter,
    complete: result.complete,
  };
  const done = isRehearsal ? 'would be deleted' : 'deleted';
  return answerOf<PruneRow>({
    columns: COLUMNS,
    rows: [row],
    json: { document: () => row },
    block: () => [
      result.retention === 0
        ? 'This cluster keeps the history of objects for ever (CLUSTER_OPERATION_TARGET_RETENTION is 0).'
        : `${row.deleted} rows older than ${formatDuration(result.retention)} ${done}, ${row.kept_active} kept for operations that are active.`,
      ...(row.complete ? [] : ['There is more: run it again, it goes on where it was.']),
    ],
    exitCode: ExitCode.OK,
    isReport: !isRehearsal,
    undelivered: () => `${row.deleted} rows ${done}; stdout could not take the answer.`,
  });
}

const COLUMNS: readonly Column<PruneRow>[] = [
  { name: 'deleted', heading: 'DELETED', value: (row) => row.deleted },
  { name: 'kept_active', heading: 'KEPT', value: (row) => row.kept_active },
  { name: 'batches', heading: 'BATCHES', value: (row) => row.batches },
  { name: 'resume_after', heading: 'RESUME AFTER', value: (row) => row.resume_after },
  { name: 'complete', heading: 'COMPLETE', value: (row) => row.complete },
];
