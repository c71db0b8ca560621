import { sql } from 'drizzle-orm';
import { isDeleted } from '../../core/object-states.js';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../../database/description.js';
import { chunks } from '../../database/chunks.js';
import { readNetworks } from '../../database/queries/networks.js';
import type { Session } from '../../database/session.js';
import type { QuiescedNetwork } from '../rules/facts.js';

/** After so many failures in a row the maintainer leaves a network alone (operations contract, section 5). */
const GIVEN_UP_AFTER = 5;

/**
 * The networks whose last five terminal net_ops all failed. Looked for from the failures, which Shaken Fist keeps: only a
 * network with five of them is asked for what else has ended on it.
 */
export async function readQuiescedNetworks(
  session: Session,
  description: DatabaseDescription,
): Promise<QuiescedNetwork[]> {
  const failing = await session.rows<{ target_uuid: string }>(sql`
    SELECT t.target_uuid FROM object_states s STRAIGHT_JOIN cluster_operation_targets t ON t.operation_uuid = s.object_uuid
    WHERE s.object_type = 'NET_OP' AND s.state_value = 'error' AND t.target_object_type = 'NETWORK'
    GROUP BY t.target_uuid HAVING COUNT(*) >= ${GIVEN_UP_AFTER}`);
  const quiesced = new Map<Uuid, { failed: Uuid[]; at: number }>();
  for (const { target_uuid: text } of failing) {
    const ended = await session.rows<{
      operation_uuid: string;
      state_value: string;
      update_time: number;
    }>(sql`
      SELECT t.operation_uuid, s.state_value, s.update_time FROM cluster_operation_targets t
      JOIN object_states s ON s.object_type = 'NET_OP' AND s.object_uuid = t.operation_uuid
      WHERE t.target_object_type = 'NETWORK' AND t.target_uuid = ${text}
        AND s.state_value IN ('complete', 'error', 'abort', 'deleted')
      ORDER BY s.update_time DESC, t.sequence_number DESC LIMIT ${GIVEN_UP_AFTER}`);
    if (ended.length < GIVEN_UP_AFTER || ended.some(({ state_value: state }) => state !== 'error')) continue;
    const failed = ended.map(({ operation_uuid: uuid }) => parseUuid(uuid) ?? uuid);
    quiesced.set(parseUuid(text) ?? text, { failed, at: ended[0]!.update_time });
  }
  const found: QuiescedNetwork[] = [];
  for (const uuids of chunks([...quiesced.keys()])) {
    for (const { uuid, row, state } of await readNetworks(session, description, { uuids })) {
      if (isDeleted(state)) continue;
      const { failed, at } = quiesced.get(uuid)!;
      found.push({ uuid, name: row?.name ?? null, failed, lastFailedAt: at });
    }
  }
  return found;
}
