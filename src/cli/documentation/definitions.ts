import { ExitCode } from '../../core/exit-codes.js';
import { defineCommand, type Request } from '../../commands/definition.js';
import { requiredChoice, words } from '../../commands/parameters.js';

const NONE = {};
const HELP_ARGUMENTS = {
  topic: words('a command, or a topic: exit-codes, formats, connecting, environment', 'topic'),
};

export type HelpRequest = Request<typeof NONE, typeof HELP_ARGUMENTS>;

export const help = defineCommand({
  name: 'help',
  summary: 'help on a command or a topic',
  examples: [
    { command: 'help pending', comment: 'the same as sf-ops pending --help' },
    { command: 'help exit-codes', comment: 'every exit code, and what to do about it' },
  ],
  arguments: HELP_ARGUMENTS,
  options: NONE,
  formats: ['text'],
  defaultFormat: 'text',
  exitCodes: { [ExitCode.USAGE]: 'there is no such command or topic' },
  needs: 'nothing',
  load: async () => (await import('./help.js')).runHelp,
});

const SHELLS = ['bash', 'zsh', 'fish'] as const;
const COMPLETION_ARGUMENTS = { shell: requiredChoice(SHELLS) };

export type CompletionRequest = Request<typeof NONE, typeof COMPLETION_ARGUMENTS>;

export const completion = defineCommand({
  name: 'completion',
  summary: 'print the script that completes command lines in a shell',
  details: `Commands, options and fixed words come from the script itself. Names and ids of objects and operations are asked
from the database that the command line, the environment or the configuration names: within 300 ms, and silently nothing
where it does not answer. An account that may only read is enough.`,
  examples: [
    { command: 'completion bash > sf-ops.bash', comment: 'then: source sf-ops.bash' },
    { command: 'completion zsh > _sf-ops', comment: 'into a folder of $fpath' },
    { command: 'completion fish > sf-ops.fish', comment: 'into ~/.config/fish/completions' },
  ],
  arguments: COMPLETION_ARGUMENTS,
  options: NONE,
  formats: ['text'],
  defaultFormat: 'text',
  exitCodes: {},
  needs: 'nothing',
  load: async () => (await import('./completion.js')).runCompletion,
});

export const man = defineCommand({
  name: 'man',
  summary: 'print the manual page',
  examples: [{ command: 'man > sf-ops.1', comment: 'then: man -l sf-ops.1' }],
  arguments: NONE,
  options: NONE,
  formats: ['text', 'markdown'],
  toFile: true,
  defaultFormat: 'text',
  exitCodes: {},
  needs: 'nothing',
  load: async () => (await import('./man.js')).runMan,
});

const LIVE_ARGUMENTS = { words: words('kind, current word, and the words before it', 'topic') };

export type LiveCompletionRequest = Request<typeof NONE, typeof LIVE_ARGUMENTS>;

/** What the completion scripts ask for. */
export const liveCompletion = defineCommand({
  name: '__complete',
  summary: 'names and ids for a completion script',
  examples: [{ command: "__complete network '' -- pending network", comment: 'the names of networks' }],
  arguments: LIVE_ARGUMENTS,
  options: NONE,
  formats: ['text'],
  defaultFormat: 'text',
  exitCodes: {},
  needs: 'nothing',
  isHidden: true,
  load: async () => (await import('./live-completion.js')).runLiveCompletion,
});
