import { formatDuration } from '../../core/duration.js';
import type { Names } from '../../core/names.js';
import { isStuck, type Blocker } from '../../core/operations/blocker.js';
import { explanationSentence } from '../../core/operations/explanation.js';
import { createdAtOf, type RelatedOperation, type WorkRow } from '../../core/operations/operation-record.js';
import type { ShownOperation } from '../../operations/show.js';
import type { Line, Style } from '../../render/answer.js';
import type { Look } from '../../render/look.js';
import { timeOfDay } from '../../render/time.js';

interface ScreenOptions {
  now: number;
  traceback: boolean;
  look: Look;
}

/** Before the value of a line. */
const LABEL = 12;

/** An operation on one screen: what it is, why it does not go on, and all that shows it. */
export function showLines(operation: ShownOperation, names: Names, options: ScreenOptions): Line[] {
  const { record, blocker, chain } = operation;
  const { now, traceback, look } = options;
  const { header, state, error } = record;
  const when = (time: number): string => `${formatDuration(now - time)} ago, ${timeOfDay(time, look)}`;
  const createdAt = createdAtOf(record);
  const named = (one: RelatedOperation): string =>
    `${one.type} ${names.uuid(one.uuid)} ${one.state ?? 'does not exist'}${one.since === null ? '' : ` ${formatDuration(now - one.since)}`}`;
  const lines: Line[] = [
    { text: `${record.type ?? 'operation'} ${record.uuid}`, style: 'strong' },
    styled(explanationSentence(blocker, chain, now, names), styleOf(blocker)),
    ...labelled(
      'tasks',
      header === null ? '(its header is gone)' : header.stored.tasks.join(', ') || '(none)',
    ),
    ...labelled(
      'state',
      state === null
        ? '(none)'
        : `${state.value ?? '(no value)'} for ${formatDuration(now - state.since)}, since ${timeOfDay(state.since, look)}`,
    ),
    ...labelled('message', state?.message ?? null),
    ...labelled('created', createdAt === null ? null : when(createdAt)),
    ...labelled('priority', header?.priority ?? null),
    ...each(
      'on',
      record.targets.map((target) => names.object(target.objectType, target.uuid)),
    ),
    ...labelled('node', header?.nodeUuid == null ? null : names.node(header.nodeUuid)),
    ...workLines(operation, names, now),
    ...each('depends on', record.dependsOn.map(named)),
    ...each('runs after', record.runsAfter.map(named)),
    ...requiredByLines(operation, named),
    ...fieldLines(operation),
  ];
  if (error !== null) {
    lines.push(
      ...labelled('error', [error.code, error.message].filter(Boolean).join(': ') || '(empty)', 'bad'),
    );
    if (error.details !== null) lines.push(...labelled('details', JSON.stringify(error.details)));
    lines.push(...labelled('raised by', error.originClass));
    if (error.traceback !== null) {
      if (traceback)
        lines.push(...error.traceback.split('\n').map((text): Line => ({ text: `    ${text}`, keep: true })));
      else lines.push(...labelled('traceback', 'there is one: --traceback shows it', 'dim'));
    }
  }
  lines.push(
    ...each(
      'events',
      operation.events.map(
        ({ timestamp, type, fqdn, message }) => `${timeOfDay(timestamp, look)} ${type} ${fqdn}: ${message}`,
      ),
    ),
  );
  return lines;
}

function styleOf(blocker: Blocker): Style | undefined {
  if (isStuck(blocker) || blocker.reason === 'failed') return 'bad';
  return ['cannot_tell', 'unknown_state', 'aborted'].includes(blocker.reason) ? 'warning' : undefined;
}

/** In the words of people, with all that the row tells. */
function workText(work: WorkRow, names: Names, now: number): string {
  const place = names.queue(work.queueName);
  const waits =
    work.scheduledAt > now
      ? `due in ${formatDuration(work.scheduledAt - now)}`
      : `due for ${formatDuration(now - work.scheduledAt)}`;
  const claim =
    work.claimedAt === null
      ? waits
      : `claimed ${formatDuration(now - work.claimedAt)} ago by ${work.claimedBy ?? '?'}`;
  const attempts = work.attempts === 1 ? '1 attempt' : `${work.attempts} attempts`;
  return [place, claim, attempts, ...(work.deferCount > 0 ? [`put off ${work.deferCount} times`] : [])].join(
    ', ',
  );
}

function workLines({ record, blocker }: ShownOperation, names: Names, now: number): Line[] {
  const { work } = record;
  if ('unknown' in work)
    return blocker.reason === 'cannot_tell' ? labelled('work row', work.unknown, 'warning') : [];
  if (work.value.length === 0)
    return labelled('work row', 'none', blocker.reason === 'orphaned' ? 'bad' : 'dim');
  return each(
    'work row',
    work.value.map((row) => workText(row, names, now)),
  );
}

function requiredByLines({ requiredBy }: ShownOperation, named: (one: RelatedOperation) => string): Line[] {
  if ('unknown' in requiredBy) return labelled('required by', `not looked up: ${requiredBy.unknown}`, 'dim');
  return each('required by', requiredBy.value.map(named));
}

/** The type's own fields that tell something, but for those that stand elsewhere. */
function fieldLines({ record: { header, targets } }: ShownOperation): Line[] {
  if (header === null) return [];
  const shown = new Set([...targets.map(({ uuid }) => uuid), header.nodeUuid]);
  const fields = Object.entries(header.stored.fields).filter(
    ([, value]) => value !== null && value !== undefined && !shown.has(value as string),
  );
  const texts = fields.map(
    ([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const { requestId, unreadable } = header.stored;
  return [
    ...each('fields', texts),
    ...labelled('request', requestId),
    ...labelled('unreadable', unreadable.length === 0 ? null : unreadable.join(', '), 'warning'),
  ];
}

function each(label: string, values: readonly string[]): Line[] {
  return values.flatMap((value, index) => labelled(index === 0 ? label : '', value));
}

function labelled(label: string, value: string | null, style?: Style): Line[] {
  if (value === null) return [];
  const text = `  ${label.padEnd(LABEL)}${value}`;
  return [{ text, hang: LABEL + 2, ...(style === undefined ? {} : { style }) }];
}

function styled(text: string, style: Style | undefined): Line {
  return style === undefined ? { text } : { text, style };
}
