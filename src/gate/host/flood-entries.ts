import type { FloodEntries } from '../../core/gate/host-rules.js';
import type { Observed } from '../../core/observed.js';
import { readJson, type ToolOptions } from './tool.js';

/** The address that stands for "wherever the destination is not known". */
const FLOOD = '00:00:00:00:00:00';

interface ForwardingEntry {
  mac?: unknown;
  ifname?: unknown;
  dst?: unknown;
  flags?: unknown;
  state?: unknown;
}

/** The entries `00:00:00:00:00:00 dst ADDRESS self permanent` of every interface, asked once for all networks. */
export async function readFloodEntries(options: ToolOptions): Promise<Observed<FloodEntries>> {
  const json = await readJson('bridge', ['-json', 'fdb', 'show'], options);
  if ('unknown' in json) return json;
  if (!Array.isArray(json.value)) return { unknown: '`bridge -json fdb show` did not print a list' };
  const entries = new Map<string, Set<string>>();
  for (const { mac, ifname, dst, flags, state } of json.value as ForwardingEntry[]) {
    const isOwn = Array.isArray(flags) && flags.includes('self');
    if (mac !== FLOOD || typeof ifname !== 'string' || typeof dst !== 'string') continue;
    if (!isOwn || state !== 'permanent') continue;
    const addresses = entries.get(ifname) ?? new Set();
    entries.set(ifname, addresses.add(dst));
  }
  return { value: entries };
}
