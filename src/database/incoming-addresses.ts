import type { ServerAddress } from '../configuration/connection-settings.js';

/**
 * Where a Galera node says that its cluster takes clients: `wsrep_incoming_addresses`, such as `10.0.0.1:3306,[fe80::1]:3306`.
 * A node that does not know its own address appears as an empty item or `AUTO`.
 */
export function incomingAddresses(list: string): ServerAddress[] {
  return list.split(',').flatMap((item) => {
    const [, host, port] = /^\[?([0-9a-zA-Z.:_-]+?)\]?:(\d+)$/.exec(item.trim()) ?? [];
    return host === undefined || host === '0.0.0.0' || Number(port) === 0
      ? []
      : [{ host, port: Number(port) }];
  });
}
