import { main } from './cli/cli.js';
import { ExitCode } from './core/exit-codes.js';
import type { Terminal } from './cli/terminal.js';

/** Node opens a standard stream when it is first asked for, at a millisecond or two each. */
const terminal: Terminal = {
  environment: process.env,
  get stdin() {
    return process.stdin;
  },
  get stdout() {
    return forgiving(process.stdout);
  },
  get stderr() {
    return forgiving(process.stderr);
  },
};

/** What cannot be written is seen by whoever writes; without a listener it would end the process. */
function forgiving(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore);
  return stream;
}

function ignore(): void {
  // The writer has been told.
}

process.exitCode = ExitCode.BUG; // until main says otherwise: a lost promise must not look like success
void main(process.argv.slice(2), terminal).then((code) => {
  process.exitCode = code;
});
