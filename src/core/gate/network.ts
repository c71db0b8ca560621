import { isDeleted } from '../object-states.js';
import type { Uuid } from '../uuid.js';

/** The network that floating addresses live on. It has no namespace, and is created with the cluster. */
export const FLOATING_NETWORK: Uuid = 'f10a7f10-a7f1-4a7f-a10a-7f10a7f10a7f';

/** What a network's own rows say. */
export interface NetworkFacts {
  uuid: Uuid;
  /** Its row in `networks`; null where that is gone although its state, or an operation, is still there. */
  row: NetworkRow | null;
  /** `object_states.state_value`; null where there is no state row. */
  state: string | null;
}

interface NetworkRow {
  name: string;
  /** Null for the floating network. */
  namespace: string | null;
  vxid: number;
  provideDhcp: boolean;
  provideDns: boolean;
}

/** What remains of a state's meaning for the gate. Shaken Fist may add states: those are `unclear`. */
export type NetworkCondition = 'created' | 'not_created' | 'going_away' | 'errored' | 'gone' | 'unclear';

const CONDITIONS: Readonly<Record<string, NetworkCondition>> = {
  initial: 'not_created',
  created: 'created',
  // As releases with MariaDB spell it, and as older ones did.
  'delete-wait': 'going_away',
  delete_wait: 'going_away',
  error: 'errored',
};

export function networkCondition({ uuid, row, state }: NetworkFacts): NetworkCondition {
  if (state === null) return uuid === FLOATING_NETWORK && row !== null ? 'created' : 'unclear';
  return isDeleted(state) ? 'gone' : (CONDITIONS[state] ?? 'unclear');
}

/** Shaken Fist's names for a network's interfaces: its `vxid` in six hex digits (operations contract, section 5). */
export function bridgeName(vxid: number): string {
  return `br-vxlan-${hex(vxid)}`;
}

export function vxlanName(vxid: number): string {
  return `vxlan-${hex(vxid)}`;
}

function hex(vxid: number): string {
  return vxid.toString(16).padStart(6, '0');
}
