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
    load: async () => import('./enqueue.js'),
  },
  {
    name: 'pending',
    summary: 'list the unfinished operations that target an object',
    load: async () => import('./pending.js'),
  },
];
