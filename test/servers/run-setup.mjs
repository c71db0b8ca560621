import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Jest's global setup: makes the folder that every server of this run lives in, and starts its keeper. No server is
 * started here; the first test that wants one does that. (Jest transforms no modules for global setup, hence plain
 * JavaScript.)
 */
export default function setUpRun() {
  const folder = mkdtempSync(join(tmpdir(), 'sf-ops-test-'));
  process.env.SF_OPS_TEST_RUN = folder;
  // In a session of its own: a Ctrl-C on the terminal must not end it before it has tidied up.
  const keeper = spawn(process.execPath, [fileURLToPath(new URL('keeper.mjs', import.meta.url)), folder], {
    stdio: ['pipe', 'inherit', 'inherit'],
    detached: true,
  });
  globalThis.sfOpsTestKeeper = keeper;
}
