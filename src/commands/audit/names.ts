import type { AuditFacts } from '../../audit/rules/facts.js';
import type { Finding, Subject } from '../../core/finding.js';
import type { Names } from '../../core/names.js';
import { namedIn, namedText } from '../../core/named-text.js';
import { findOperationType } from '../../core/operations/catalogue.js';
import type { Database } from '../../database/database.js';
import { readNames } from '../../database/queries/names.js';

/** How people read what was found: names of objects and nodes, short ids of operations. */
export async function readAuditNames(
  database: Database,
  findings: readonly Finding[],
  { activity }: AuditFacts,
): Promise<Names> {
  const description = await database.describe();
  const subjects = findings.flatMap((finding) => finding.subjects);
  const mentioned = subjects.map(({ detail, remedy }) => namedIn(`${detail ?? ''} ${remedy ?? ''}`));
  const objects = subjects.flatMap(({ type, uuid }) => (uuid === null ? [] : [{ objectType: type, uuid }]));
  const nodes = activity !== null && 'value' in activity ? activity.value.cluster.nodes : [];
  return database.read(async (session) =>
    readNames(
      session,
      description,
      {
        objects: [...objects, ...mentioned.flatMap((one) => one.objects)],
        operations: mentioned.flatMap(({ uuids }) => uuids),
      },
      nodes,
    ),
  );
}

/** `70000002`, `network/dmz`, `sf-4 · background`, `table/events`. */
export function shortSubject({ type, uuid, name }: Subject, names: Names): string {
  if (type === 'queue' && name !== null) return names.queue(name);
  if (uuid === null || type === 'work_row') return [type, name].filter((part) => part !== null).join('/');
  if (type === 'operation' || findOperationType(type) !== null) return names.uuid(uuid);
  return names.object(type, uuid);
}

/** A clause or a command about a subject, as people read it. */
export function shortText(text: string | null, names: Names): string {
  return text === null ? '-' : namedText(text, names);
}
