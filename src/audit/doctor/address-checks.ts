import { declareCheck, fail, pass, type Check, type Finding } from './check.js';
import type { ServerVisit } from './facts.js';
import { silentAddresses, visited, type AnsweringServer } from './servers.js';

export const ADDRESS_CHECKS: readonly Check[] = [
  declareCheck({
    id: 'addresses',
    title: 'every configured address answers',
    why: 'sf-ops uses the first that does; the others are its way out when that one fails.',
    about: 'servers',
    examine: (servers) => {
      const given = servers.filter((server) => server.given);
      const silent = silentAddresses(given);
      if (silent.length === 0) return pass(`${given.map(({ address }) => address).join(', ')}.`);
      const detail = silent.map(({ address, reason }) => `${address}: ${reason}`).join(' ');
      return fail(detail, 'Repair the server, or take its address out of the list of hosts.');
    },
  }),
  declareCheck({
    id: 'one-database',
    title: 'all configured addresses lead to one database',
    why: 'Otherwise the answer depends on which of them is reachable.',
    about: 'servers',
    examine: oneDatabase,
  }),
];

/** Only the nodes of a Primary Component know which cluster they belong to. */
function oneDatabase(servers: readonly ServerVisit[]): Finding | null {
  const answering = visited(servers).filter(
    ({ galera }) => galera === null || galera.clusterStatus === 'Primary',
  );
  if (answering.length < 2) return null;
  const databases = new Set(answering.map((server) => server.galera?.clusterUuid ?? server.identity));
  const where = `${answering.map(placeText).join(', ')}.`;
  return databases.size === 1
    ? pass(where)
    : fail(where, 'Give only addresses of one server or one Galera cluster.');
}

function placeText({ address, node, galera }: AnsweringServer): string {
  return galera === null ? `${address} is ${node}` : `${address} is ${node} of cluster ${galera.clusterUuid}`;
}
