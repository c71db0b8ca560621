import { NotFoundError } from '../core/errors.js';
import { shown } from '../core/parsed-value.js';
import type { DatabaseDescription } from '../database/description.js';
import { isNamespaceInUse } from '../database/queries/namespaces.js';
import type { Session } from '../database/session.js';

/**
 * Nothing was found in a namespace: is there one? A mistyped name must not look like a namespace that is fine.
 *
 * @throws NotFoundError
 */
export async function requireNamespace(
  session: Session,
  description: DatabaseDescription,
  namespace: string,
): Promise<void> {
  if (await isNamespaceInUse(session, description, namespace)) return;
  throw new NotFoundError(`No object belongs to a namespace ${shown(namespace)}.`, {
    hint: '`sf-ops network list` shows the namespaces of all networks.',
  });
}
