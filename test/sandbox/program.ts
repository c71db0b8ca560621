/**
 * A process of its own that uses the sandbox, for what only separate processes can show. Bundled and run by
 * `process.ts`: `start` prints the status and ends, `start-and-stay` prints it and lingers, `obtain FOLDER` prints
 * the installation. A foreseen failure is printed as `{ "refused": sentence, "hint": … }`.
 */
import { SfOpsError } from '../../src/core/errors.js';
import { obtainServer } from '../../src/sandbox/installation.js';
import { sandboxPaths } from '../../src/sandbox/paths.js';
import { startSandbox } from '../../src/sandbox/sandbox.js';

const [action, folder] = process.argv.slice(2);

function say(outcome: object): void {
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}

try {
  const outcome =
    action === 'obtain'
      ? await obtainServer({ packages: ['mariadb-server-core'] }, folder!)
      : await startSandbox(sandboxPaths(process.env));
  say(outcome);
} catch (error) {
  if (!(error instanceof SfOpsError)) throw error;
  say({ refused: error.message, hint: error.hint });
}
if (action === 'start-and-stay') setInterval(() => undefined, 1_000_000);
