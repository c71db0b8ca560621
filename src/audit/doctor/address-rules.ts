import { fail, pass, type Verdicts } from '../../core/finding.js';
import type { ServerProbe } from './facts.js';
import { ruleAbout, type DoctorRule } from './rule.js';
import { answering, silentAddresses, type AnsweringServer } from './servers.js';

export const ADDRESS_RULES: readonly DoctorRule[] = [
  ruleAbout('servers', {
    id: 'addresses',
    severity: 'error',
    title: 'every configured address answers',
    why: 'sf-ops uses the first that does; the others are its way out when that one fails.',
    remedy: 'Repair the server, or take its address out of the list of hosts.',
    verdict: (servers) => {
      const given = servers.filter((server) => server.given);
      const silent = silentAddresses(given);
      if (silent.length === 0)
        return pass(`Every address answers: ${given.map(({ address }) => address).join(', ')}.`);
      return fail(`${silent.length} of ${given.length} addresses do not answer.`, {
        detail: silent.map(({ address, reason }) => `${address}: ${reason}`).join(' '),
        subjects: silent.map(({ address }) => ({ type: 'server', uuid: null, name: address })),
      });
    },
  }),
  ruleAbout('servers', {
    id: 'one-database',
    severity: 'error',
    title: 'all configured addresses lead to one database',
    why: 'Otherwise the answer depends on which of them is reachable.',
    remedy: 'Give only addresses of one server or one Galera cluster.',
    verdict: oneDatabase,
  }),
];

/** Only the nodes of a Primary Component know which cluster they belong to. */
function oneDatabase(servers: readonly ServerProbe[]): Verdicts {
  const knowing = answering(servers).filter(
    ({ galera }) => galera === null || galera.clusterStatus === 'Primary',
  );
  if (knowing.length < 2) return null;
  const databases = new Set(knowing.map((server) => server.galera?.clusterUuid ?? server.identity));
  const detail = `${knowing.map(placeText).join(', ')}.`;
  return databases.size === 1
    ? pass('The addresses lead to one database.', { detail })
    : fail(`The addresses lead to ${databases.size} databases.`, { detail });
}

function placeText({ address, node, galera }: AnsweringServer): string {
  return galera === null ? `${address} is ${node}` : `${address} is ${node} of cluster ${galera.clusterUuid}`;
}
