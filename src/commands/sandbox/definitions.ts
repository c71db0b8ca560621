import { ExitCode } from '../../core/exit-codes.js';
import { defineCommand, type Request } from '../definition.js';
import { choice, flag, ids, option } from '../parameters.js';
import { shown, type Parsed } from '../../core/parsed-value.js';

const NONE = {};

const START_OPTIONS = {
  // The variable SF_OPS_PORT is meant for the real database.
  port: { ...option('port', readPort, 'listen on this port of 127.0.0.1 too'), hasTwin: false },
};
const SEED_OPTIONS = { current: flag('with all migrations applied (default: as before them)') };
const FINISH_ARGUMENTS = {
  operationUuid: ids('uuids, or their beginnings', 'operation', { required: true }),
};
const FINISH_OPTIONS = {
  state: choice('state', ['complete', 'error', 'abort'], 'how they end', { default: 'complete' }),
};

const RESET_OPTIONS = { purge: flag('remove it whole instead, as if it had never been made') };

export type StartRequest = Request<typeof START_OPTIONS, typeof NONE>;
export type ResetRequest = Request<typeof RESET_OPTIONS, typeof NONE>;
export type SeedRequest = Request<typeof SEED_OPTIONS, typeof NONE>;
export type FinishRequest = Request<typeof FINISH_OPTIONS, typeof FINISH_ARGUMENTS>;

export const sandboxStart = defineCommand({
  name: 'sandbox start',
  summary: 'start it, or make it first; it stays until it is stopped',
  examples: [
    { command: 'sandbox start', comment: 'a private MariaDB server that only you can reach' },
    {
      command: 'sandbox start --port 3307',
      comment: 'for other programs, over TCP',
      exitCode: ExitCode.REFUSED,
    },
  ],
  arguments: NONE,
  options: START_OPTIONS,
  exitCodes: { [ExitCode.REFUSED]: 'it runs already, without that port' },
  needs: 'nothing',
  load: async () => (await import('./sandbox.js')).start,
});

export const sandboxStop = defineCommand({
  name: 'sandbox stop',
  summary: 'stop it; its data stays',
  examples: [{ command: 'sandbox stop', comment: 'no process is left behind' }],
  arguments: NONE,
  options: NONE,
  exitCodes: {},
  needs: 'nothing',
  load: async () => (await import('./sandbox.js')).stop,
});

export const sandboxStatus = defineCommand({
  name: 'sandbox status',
  summary: 'whether it runs, and where it is',
  examples: [{ command: 'sandbox status --json', comment: 'its socket, its port and its log file' }],
  arguments: NONE,
  options: NONE,
  exitCodes: {},
  needs: 'nothing',
  load: async () => (await import('./sandbox.js')).status,
});

export const sandboxReset = defineCommand({
  name: 'sandbox reset',
  summary: 'throw its data away: an empty cluster again',
  examples: [
    { command: 'sandbox reset --yes', comment: 'without a question' },
    { command: 'sandbox reset --purge --yes', comment: 'nothing is left of it' },
  ],
  arguments: NONE,
  options: RESET_OPTIONS,
  exitCodes: { [ExitCode.REFUSED]: 'the confirmation is missing; nothing was changed' },
  needs: 'sandbox',
  load: async () => (await import('./sandbox.js')).reset,
});

export const sandboxSeed = defineCommand({
  name: 'sandbox seed',
  summary: 'fill it with a small made-up cluster, throwing away what was there',
  examples: [
    { command: 'sandbox seed', comment: 'a cluster as before the two migrations' },
    { command: 'sandbox seed --current', comment: 'the same after them' },
  ],
  arguments: NONE,
  options: SEED_OPTIONS,
  exitCodes: { [ExitCode.REFUSED]: 'the confirmation is missing; nothing was changed' },
  needs: 'sandbox',
  load: async () => (await import('./sandbox.js')).seedSandbox,
});

export const sandboxUrl = defineCommand({
  name: 'sandbox url',
  summary: 'its address for other programs; started if need be',
  examples: [{ command: 'sandbox url', comment: 'for the configuration of another program' }],
  arguments: NONE,
  options: NONE,
  exitCodes: {},
  needs: 'nothing',
  load: async () => (await import('./sandbox.js')).url,
});

export const sandboxFinish = defineCommand({
  name: 'sandbox finish',
  summary: 'end operations as a worker would: the sandbox has none',
  examples: [
    { command: 'sandbox finish 70000003', comment: 'as if a worker had completed it' },
    { command: 'sandbox finish 70000024 --state error', comment: 'as if it had failed' },
  ],
  arguments: FINISH_ARGUMENTS,
  options: FINISH_OPTIONS,
  exitCodes: { [ExitCode.NOT_FOUND]: 'there is no such operation' },
  needs: 'sandbox',
  load: async () => (await import('./sandbox.js')).finish,
});

function readPort(typed: string): Parsed<number> {
  const port = Number(typed);
  if (/^\d+$/.test(typed) && port >= 1 && port <= 65_535) return { value: port };
  return { problem: `${shown(typed)} is not a port (1 to 65535)` };
}
