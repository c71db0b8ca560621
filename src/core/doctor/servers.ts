import type { GaleraNode, ServerVisit, VisitedServer } from './facts.js';

export type AnsweringServer = VisitedServer & { address: string };
export type GaleraServer = AnsweringServer & { galera: GaleraNode };

/** The servers that answered. */
export function visited(servers: readonly ServerVisit[]): AnsweringServer[] {
  return servers.flatMap(({ address, outcome }) => ('known' in outcome ? [{ address, ...outcome.known }] : []));
}

/** The Galera nodes that answered. */
export function galeraServers(servers: readonly ServerVisit[]): GaleraServer[] {
  return visited(servers).flatMap((server) =>
    server.galera === null ? [] : [{ ...server, galera: server.galera }],
  );
}

/** The addresses that gave no answer, with the reason. */
export function silentAddresses(servers: readonly ServerVisit[]): { address: string; given: boolean; reason: string }[] {
  return servers.flatMap(({ address, given, outcome }) =>
    'unknown' in outcome ? [{ address, given, reason: outcome.unknown }] : [],
  );
}
