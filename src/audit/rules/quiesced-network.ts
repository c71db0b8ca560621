import { formatDuration } from '../../core/duration.js';
import { auditRule, counted } from './rule.js';

export const quiescedNetwork = auditRule({
  id: 'quiesced-network',
  topic: 'quiesced',
  severity: 'warning',
  title: 'Shaken Fist has given up on no network',
  why: 'After five net_ops in a row that failed, the maintainer leaves a network alone until one succeeds: it stays broken, without another attempt.',
  examples: ['The cause lies outside: no disk, no address, a switch. Each attempt failed in the same way.'],
  remedy:
    'sf-ops show the last of them for the cause; when it is mended, sf-ops enqueue net_op --network-uuid NETWORK --task network_deploy',
  fix: null,
  found: (count) => `Shaken Fist has given up on ${counted(count, 'network', 'networks')}.`,
  none: 'Shaken Fist has given up on no network.',
  look: (networks, { now }) =>
    networks.map(({ uuid, name, failed, lastFailedAt }) => ({
      type: 'network',
      uuid,
      name,
      detail: `its last ${failed.length} net_ops failed, the latest ${formatDuration(now - lastFailedAt)} ago`,
      remedy: `sf-ops show ${failed[0]!}`,
      evidence: { operations: failed, last_failed_at: lastFailedAt },
    })),
});
