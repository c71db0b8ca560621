import { main } from './cli.js';
import { ExitCode } from './core/exit-codes.js';

// A reader that closes the pipe, such as `head`, has what it wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const { stdin, stdout, stderr, env: environment } = process;
process.exitCode = ExitCode.BUG; // until main says otherwise: a lost promise must not look like success
void main(process.argv.slice(2), { stdin, stdout, stderr, environment }).then((code) => {
  process.exitCode = code;
});
