import type { CommandDefinition } from './definition.js';
import { audit } from './audit/definition.js';
import { doctor } from './doctor/definition.js';
import { abort, requeue } from './change/definitions.js';
import { enqueue } from './enqueue/definition.js';
import { graph } from './graph/definition.js';
import { explain } from './explain/definition.js';
import { history } from './history/definition.js';
import { latest } from './latest/definition.js';
import { smoke } from './smoke/definition.js';
import {
  migrateApply,
  migratePlan,
  migrateRestore,
  migrateStatus,
  migrateVerify,
} from './migrate/definitions.js';
import { networkIsOkay, networkList } from './network/definitions.js';
import { prune } from './prune/definition.js';
import { pending } from './pending/definition.js';
import { queues } from './queues/definition.js';
import { report } from './report/definition.js';
import { timeline } from './timeline/definition.js';
import { show } from './show/definition.js';
import { watch } from './watch/definition.js';
import { wait } from './wait/definition.js';
import {
  sandboxFinish,
  sandboxReset,
  sandboxSeed,
  sandboxStart,
  sandboxStatus,
  sandboxStop,
  sandboxUrl,
} from './sandbox/definitions.js';

/** Every command, in the order of `--help`. */
export const COMMANDS: readonly CommandDefinition[] = [
  enqueue,
  pending,
  latest,
  history,
  show,
  explain,
  queues,
  wait,
  watch,
  graph,
  timeline,
  requeue,
  abort,
  prune,
  report,
  networkIsOkay,
  networkList,
  migrateStatus,
  migratePlan,
  migrateApply,
  migrateVerify,
  migrateRestore,
  doctor,
  audit,
  smoke,
  sandboxStart,
  sandboxStop,
  sandboxStatus,
  sandboxReset,
  sandboxSeed,
  sandboxUrl,
  sandboxFinish,
];

/** What the commands of a group have in common, for the list of commands. */
export const GROUPS: Readonly<Record<string, string>> = {
  network: 'whether networks are okay, and the list of them',
  migrate: 'change the schema of a live cluster, as Shaken Fist would, with care',
  sandbox: 'a private MariaDB server to try everything on',
};
