import type { ConnectionSettings, Environment } from '../configuration/connection-settings.js';
import { NO_PROGRESS, type Progress } from '../core/progress.js';
import { SANDBOX_DATABASE, SANDBOX_USER } from './data-directory.js';
import { sandboxPaths } from './paths.js';
import { startSandbox } from './sandbox.js';

/**
 * How to reach the sandbox of the user with this environment, which is started, or made, if need be.
 *
 * @param progress told of a download
 * @throws RefusedError, UnavailableError as `startSandbox`
 */
export async function sandboxConnection(
  environment: Environment,
  progress: Progress = NO_PROGRESS,
): Promise<ConnectionSettings> {
  const { socketPath } = await startSandbox(sandboxPaths(environment), { progress });
  return {
    addresses: [{ socketPath }],
    user: SANDBOX_USER,
    password: '',
    database: SANDBOX_DATABASE,
    tls: null,
    origin: '--sandbox',
  };
}
