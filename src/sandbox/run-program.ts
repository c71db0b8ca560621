import { spawn } from 'node:child_process';
import { toolEnvironment } from '../configuration/tool-environment.js';

export interface ProgramResult {
  /** Null when a signal ended it. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface ProgramOptions {
  cwd?: string;
  /** Written to the program's standard input, which is then closed. */
  input?: string;
}

/** Runs a program to its end and returns what it said; rejects only if it cannot be started (ENOENT, EACCES). */
export function runProgram(
  command: string,
  programArguments: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, programArguments, {
      cwd: options.cwd,
      stdio: 'pipe',
      env: toolEnvironment(),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    // EPIPE: the program ended before it had read everything; its exit code and stderr say why.
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') reject(error);
    });
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
    child.stdin.end(options.input);
  });
}
