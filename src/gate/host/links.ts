import type { Links } from '../../core/gate/host-rules.js';
import type { Observed } from '../../core/observed.js';
import { readJson, type ToolOptions } from './tool.js';

/** Every interface of this machine, asked once however many networks there are. */
export async function readLinks(options: ToolOptions): Promise<Observed<Links>> {
  const json = await readJson('ip', ['-json', 'link', 'show'], options);
  if ('unknown' in json) return json;
  if (!Array.isArray(json.value)) return { unknown: '`ip -json link show` did not print a list' };
  const links = new Map<string, { isUp: boolean }>();
  for (const { ifname, flags } of json.value as { ifname?: unknown; flags?: unknown }[]) {
    if (typeof ifname === 'string') links.set(ifname, { isUp: Array.isArray(flags) && flags.includes('UP') });
  }
  return { value: links };
}
