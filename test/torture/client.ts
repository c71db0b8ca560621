/**
 * A process that uses the database like any other program: told by its parent what its sessions do, it sends back
 * every step when it is asked for and again when it is acknowledged. Bundled and started by `clients.ts`.
 */
import type { ConnectionSettings } from '../../src/configuration/connection-settings.js';
import { NO_DEADLINE, type Limits } from '../../src/database/limits.js';
import { DATABASES, type Make } from './databases.js';
import type { Action, Step } from './history.js';
import { TorturedSession } from './session.js';

export interface Assignment {
  make: Make;
  limits: Limits;
  networks: string[];
  sessions: { number: number; settings: ConnectionSettings; actions: Action[] }[];
}

export type Report = { step: Step } | { done: true };

const say = (report: Report): void => void process.send!(report);

async function work({ make, limits, networks, sessions }: Assignment): Promise<void> {
  await Promise.all(
    sessions.map(async ({ number, settings, actions }) => {
      const options = {
        limits,
        deadline: NO_DEADLINE,
        signal: new AbortController().signal,
        trace: () => undefined,
      };
      const database = new DATABASES[make](settings, options);
      await new TorturedSession(number, database, networks, (step) => say({ step })).run(actions);
    }),
  );
  say({ done: true });
}

process.on('message', (assignment: Assignment) => void work(assignment));
process.on('disconnect', () => process.exit());
