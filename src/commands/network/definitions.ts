import { ExitCode } from '../../core/exit-codes.js';
import { defineCommand, type Request } from '../definition.js';
import { choice, count, flag, ids, text } from '../parameters.js';

const IS_OKAY_ARGUMENTS = {
  network: ids('uuids, names, or the beginnings of uuids', 'network', { required: false }),
};

const IS_OKAY_OPTIONS = {
  all: flag('every network that is not deleted'),
  namespace: text('namespace', 'every network of this namespace', { completes: 'namespace' }),
  hostChecks: choice(
    'when',
    ['auto', 'on', 'off'],
    'look at this machine too: auto, where it is a Shaken Fist node; on; off',
    { default: 'auto' },
  ),
  mesh: flag('compare the flood entries with the nodes that should be in the mesh'),
  lenientDnsmasq: flag('any live process counts as dnsmasq, as for Shaken Fist itself'),
  strict: flag('an operation that will never run does not excuse a network'),
  limit: count('in JSON, list no more than n pending operations of a network', 0),
};

export type IsOkayRequest = Request<typeof IS_OKAY_OPTIONS, typeof IS_OKAY_ARGUMENTS>;

export const networkIsOkay = defineCommand({
  name: 'network is-okay',
  summary: 'whether networks are fine: nothing pending, or nothing wrong',
  examples: [
    { command: 'network is-okay web', comment: 'the network named web, with the evidence' },
    {
      command: 'network is-okay --all --strict',
      comment: 'every network; what is stuck excuses none',
      exitCode: ExitCode.NO,
    },
    {
      command: 'network is-okay --all --format nagios',
      comment: 'a monitoring plugin: one line, exit codes 0, 2 and 3',
    },
  ],
  arguments: IS_OKAY_ARGUMENTS,
  options: IS_OKAY_OPTIONS,
  formats: ['nagios', 'prometheus'],
  service: 'NETWORK',
  toFile: true,
  exitCodes: {
    [ExitCode.OK]: 'every network that was asked about is okay',
    [ExitCode.NO]: 'at least one is not okay',
    [ExitCode.NOT_FOUND]: 'there is no such network, or no network of that namespace',
    [ExitCode.UNAVAILABLE]: 'cannot tell: the database does not answer, or the evidence is not enough',
  },
  needs: 'database',
  load: async () => (await import('./is-okay.js')).isOkay,
});

const LIST_ARGUMENTS = {};

const LIST_OPTIONS = {
  namespace: text('namespace', 'only networks of this namespace', { completes: 'namespace' }),
  deleted: flag('deleted networks too'),
};

export type ListRequest = Request<typeof LIST_OPTIONS, typeof LIST_ARGUMENTS>;

export const networkList = defineCommand({
  name: 'network list',
  summary: 'networks with their state, what is pending on them, and whether they are okay',
  examples: [
    { command: 'network list', comment: 'every network that is not deleted' },
    { command: 'network list --namespace shop -o csv', comment: 'those of one namespace, for a spreadsheet' },
  ],
  arguments: LIST_ARGUMENTS,
  options: LIST_OPTIONS,
  exitCodes: { [ExitCode.NOT_FOUND]: 'there is no such namespace' },
  needs: 'database',
  load: async () => (await import('./list.js')).listNetworks,
});
