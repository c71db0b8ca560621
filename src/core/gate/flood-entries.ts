import type { Observed } from '../observed.js';
import type { FloodEntries } from './host-rules.js';

/** The address that stands for "wherever the destination is not known". */
const FLOOD = '00:00:00:00:00:00';

interface ForwardingEntry {
  mac?: unknown;
  ifname?: unknown;
  dst?: unknown;
  flags?: unknown;
  state?: unknown;
}

/**
 * The entries `00:00:00:00:00:00 dst ADDRESS self permanent` of every interface.
 *
 * @param printed what `bridge -json fdb show` printed
 */
export function floodEntries(printed: unknown): Observed<FloodEntries> {
  if (!Array.isArray(printed)) return { unknown: '`bridge -json fdb show` did not print a list' };
  const entries = new Map<string, Set<string>>();
  for (const { mac, ifname, dst, flags, state } of printed as ForwardingEntry[]) {
    const isOwn = Array.isArray(flags) && flags.includes('self');
    if (mac !== FLOOD || typeof ifname !== 'string' || typeof dst !== 'string') continue;
    if (!isOwn || state !== 'permanent') continue;
    const addresses = entries.get(ifname) ?? new Set();
    entries.set(ifname, addresses.add(dst));
  }
  return { value: entries };
}
