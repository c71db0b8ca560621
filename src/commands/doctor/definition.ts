import { ExitCode } from '../../core/exit-codes.js';
import { defineCommand } from '../definition.js';

const ARGUMENTS = {};
const OPTIONS = {};

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'check everything that must be true, and say what to do',
  examples: [
    { command: 'doctor', comment: 'what is wrong, with the way out of each' },
    { command: 'doctor --json', comment: 'every check, for a script' },
  ],
  arguments: ARGUMENTS,
  options: OPTIONS,
  exitCodes: { [ExitCode.NO]: 'a check failed' },
  needs: 'database',
  load: async () => (await import('./run.js')).run,
});
