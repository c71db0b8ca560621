import type { Names } from './names.js';
import { parseQueueName } from './operations/queue-name.js';
import type { Uuid } from './uuid.js';

/** A word of a text that may name something: `network/20000001-…`, the uuid of an operation, the name of a queue. */
const WORD = /[\w/-]{36,}/g;
const UUID = /^(?:(\w+)\/)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/** What a shell takes for one word as it is. */
const PLAIN_WORD = /^[\w.-]+$/;

/** A text with names and short ids in place of what it names in full. Commands in it can be pasted as well. */
export function namedText(text: string, names: Names): string {
  return text.replaceAll(WORD, (word) => {
    if (parseQueueName(word) !== null) return names.queue(word);
    const [, type, uuid] = UUID.exec(word) ?? [];
    if (uuid === undefined) return word;
    if (type !== undefined) return names.object(type, uuid);
    const name = names.nameOf(uuid);
    return name !== null && PLAIN_WORD.test(name) ? name : names.uuid(uuid);
  });
}

/** What `namedText` will ask names for. */
export function namedIn(text: string): { objects: { objectType: string; uuid: Uuid }[]; uuids: Uuid[] } {
  const found: ReturnType<typeof namedIn> = { objects: [], uuids: [] };
  for (const [word] of text.matchAll(WORD)) {
    const [, objectType, uuid] = UUID.exec(word) ?? [];
    if (uuid === undefined) continue;
    if (objectType === undefined) found.uuids.push(uuid);
    else found.objects.push({ objectType, uuid });
  }
  return found;
}
