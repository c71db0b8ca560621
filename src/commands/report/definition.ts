import { defineCommand, type Request } from '../definition.js';
import { duration } from '../parameters.js';

const ARGUMENTS = {};

const OPTIONS = {
  since: duration('how far back to look for what failed', { default: '24h' }),
};

export type ReportRequest = Request<typeof OPTIONS, typeof ARGUMENTS>;

export const report = defineCommand({
  name: 'report',
  summary: 'one page for an incident ticket: what failed, what is stuck and why',
  details: `A page that needs nothing else: no script, no other file, readable in light and dark, and in print. It holds what failed,
what is stuck and why, the queues, networks that are not okay, timelines, and who waits for whom.`,
  examples: [
    { command: 'report --output incident.html', comment: 'the last day, for a ticket' },
    { command: 'report --since 2h --format markdown', comment: 'two hours, to paste into a comment' },
  ],
  arguments: ARGUMENTS,
  options: OPTIONS,
  formats: ['html', 'markdown'],
  defaultFormat: 'html',
  toFile: true,
  exitCodes: {},
  needs: 'database',
  load: async () => (await import('./run.js')).run,
});
