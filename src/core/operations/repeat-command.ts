import type { Json } from '../json.js';
import type { Uuid } from '../uuid.js';
import type { EnqueueRequest } from './enqueue-request.js';

/**
 * The command line that enqueues just this operation, or finds that it is there already: to be run by an operator who
 * cannot be told what became of the first attempt. Where the database is has to be added as it was given.
 */
export function repeatCommand(request: EnqueueRequest, uuid: Uuid): string {
  const { type, tasks, priority, queue, requestId, dependsOn, runsAfter, delay } = request;
  const words: string[] = ['sf-ops', 'enqueue', type.value];
  for (const { name, option, derived } of type.fields) {
    const value = request.fields[name] ?? null;
    if (!derived && value !== null) words.push(option, asArgument(value));
  }
  for (const task of tasks) words.push('--task', task);
  words.push('--priority', priority);
  if (type.routes.length > 1) words.push('--target', queue.target, '--family', queue.family);
  for (const { op_type: typeName, op_uuid: other } of dependsOn ?? []) {
    words.push('--depends-on', `${typeName}:${other}`);
  }
  for (const predecessor of runsAfter ?? []) {
    words.push(
      '--runs-after',
      typeof predecessor === 'string' ? predecessor : `${predecessor.op_type}:${predecessor.op_uuid}`,
    );
  }
  if (requestId !== null) words.push('--request-id', requestId);
  if (delay > 0) words.push('--delay', String(delay));
  return [...words, '--uuid', uuid].map(quoted).join(' ');
}

function asArgument(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
