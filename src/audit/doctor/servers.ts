import type { GaleraNode, ProbedServer, ServerProbe } from './facts.js';

export type AnsweringServer = ProbedServer & { address: string };
export type GaleraServer = AnsweringServer & { galera: GaleraNode };

/** The servers that answered. */
export function answering(servers: readonly ServerProbe[]): AnsweringServer[] {
  return servers.flatMap(({ address, outcome }) =>
    'value' in outcome ? [{ address, ...outcome.value }] : [],
  );
}

/** The Galera nodes that answered, each once however many addresses lead to it. */
export function galeraServers(servers: readonly ServerProbe[]): GaleraServer[] {
  const nodes = new Map<string, GaleraServer>();
  for (const server of answering(servers)) {
    if (server.galera === null || nodes.has(server.identity)) continue;
    nodes.set(server.identity, { ...server, galera: server.galera });
  }
  return [...nodes.values()];
}

/** The addresses that gave no answer, with the reason. */
export function silentAddresses(
  servers: readonly ServerProbe[],
): { address: string; given: boolean; reason: string }[] {
  return servers.flatMap(({ address, given, outcome }) =>
    'unknown' in outcome ? [{ address, given, reason: outcome.unknown }] : [],
  );
}
