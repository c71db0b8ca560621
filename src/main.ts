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

function forgiving(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  if (!stream.listeners('error').includes(ignoreClosedPipe)) stream.on('error', ignoreClosedPipe);
  return stream;
}

/** A reader that closes the pipe, such as `head`, has what it wanted. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

process.exitCode = ExitCode.BUG; // until main says otherwise: a lost promise must not look like success
void main(process.argv.slice(2), terminal).then((code) => {
  process.exitCode = code;
});
