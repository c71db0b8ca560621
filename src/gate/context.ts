import type { Environment } from '../configuration/connection-settings.js';
import type { ThisNodeSettings } from '../core/gate/this-node.js';

/** What the gate needs from the command that asks. */
export interface GateContext {
  readonly environment: Environment;
  /** Seconds of `--timeout`, null where it was not given. */
  readonly timeoutSeconds: number | null;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Unix seconds by the database's clock. */
  now(): number;
  /** What this machine's configuration says about the Shaken Fist node that it is. */
  thisNode(): ThisNodeSettings;
  /** Tells the operator what should not be overlooked. */
  warn(text: string): void;
}
