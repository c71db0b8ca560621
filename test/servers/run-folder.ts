import { homedir } from 'node:os';
import { join } from 'node:path';
import { findOrObtainServer, type ServerInstallation } from '../../src/sandbox/installation.js';

/** The folder of this test run; its keeper ends the servers in it and deletes it when the run is over. */
export function runFolder(): string {
  const folder = process.env.SF_OPS_TEST_RUN;
  if (folder === undefined)
    throw new Error('SF_OPS_TEST_RUN is not set: run jest with the project’s jest.config.js');
  return folder;
}

/** Where downloaded servers are kept, the same place as the product's. */
export function serverCache(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sf-ops');
}

/** The server that the sandbox would use on this machine. */
export function machineServer(): Promise<ServerInstallation> {
  return findOrObtainServer({ searchPath: process.env.PATH ?? '', cacheDirectory: serverCache() });
}
