import type { Declare } from './command.js';

export interface CommandEntry {
  name: string;
  summary: string;
  /** Loads the command's file: only the command that runs pays for what it needs. */
  load: () => Promise<{ declare: Declare }>;
}

/** Every command, in the order of `--help`. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'enqueue',
    summary: 'enqueue an operation with all of its targets',
    load: async () => import('./enqueue/enqueue.js'),
  },
  {
    name: 'pending',
    summary: 'list the unfinished operations that target an object',
    load: async () => import('./pending.js'),
  },
  {
    name: 'latest',
    summary: 'the newest operation of an object, whatever its state',
    load: async () => import('./latest.js'),
  },
  {
    name: 'history',
    summary: 'every recorded operation of an object, newest first',
    load: async () => import('./history.js'),
  },
  {
    name: 'network',
    summary: 'whether networks are okay, and the list of them',
    load: async () => import('./network.js'),
  },
  {
    name: 'migrate',
    summary: 'change the schema of a live cluster, as Shaken Fist would, with care',
    load: async () => import('./migrate/migrate.js'),
  },
  {
    name: 'doctor',
    summary: 'check everything that must be true, and say what to do',
    load: async () => import('./doctor.js'),
  },
  {
    name: 'sandbox',
    summary: 'a private MariaDB server to try everything on',
    load: async () => import('./sandbox/sandbox.js'),
  },
];
