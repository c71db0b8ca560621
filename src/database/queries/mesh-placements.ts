import { isRecord, parseJson } from '../../core/json.js';
import { sql } from 'drizzle-orm';
import type { Placement } from '../../core/gate/mesh.js';
import { parseUuid, undashed, type Uuid } from '../../core/uuid.js';
import type { Session } from '../session.js';

/**
 * Where the instances with an active interface on a network run, for all networks in one statement. Uuids are
 * undashed, or native, on both sides of the join.
 *
 * @param networks null for all of them
 */
export async function meshPlacements(
  session: Session,
  networks: readonly Uuid[] | null,
): Promise<Map<Uuid, Placement>> {
  const placements = new Map<Uuid, { nodes: Set<string>; unreadable: string[] }>();
  if (networks?.length === 0) return placements;
  const which = networks === null ? sql`1` : sql`i.network_uuid IN ${networks.map(undashed)}`;
  const rows = await session.rows<{ network: string; instance: string; placement: string | null }>(sql`
    SELECT i.network_uuid AS network, i.instance_uuid AS instance, a.placement
    FROM network_interfaces i LEFT JOIN instance_attributes a ON a.uuid = i.instance_uuid
    WHERE i.active = 1 AND ${which}`);
  for (const row of rows) {
    const network = parseUuid(row.network) ?? row.network;
    const placement = placements.get(network) ?? { nodes: new Set(), unreadable: [] };
    placements.set(network, placement);
    const node = placedOn(row.placement);
    if (node === undefined) placement.unreadable.push(parseUuid(row.instance) ?? row.instance);
    else if (node !== null) placement.nodes.add(node);
  }
  return placements;
}

/** `{"node": "…", …}` → the node; null for an instance that has not been placed; undefined for what cannot be read. */
function placedOn(placement: string | null): string | null | undefined {
  const value = placement === null ? null : parseJson(placement);
  if (value === undefined) return undefined;
  const node = isRecord(value) ? (value.node ?? null) : null;
  return node === null || typeof node === 'string' ? node : undefined;
}
