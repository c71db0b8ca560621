import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Observed } from '../core/observed.js';
import type { ThisNodeSettings } from '../core/gate/this-node.js';
import { parseUuid, type Uuid } from '../core/uuid.js';
import type { Environment } from './connection-settings.js';
import { readRegularFile } from './regular-file.js';
import { DEFAULT_CONFIG_PATH, parseSfConfig } from './sf-config.js';

const DEFAULT_STORAGE_PATH = '/srv/shakenfist';

/**
 * What this machine says about the Shaken Fist node that it is: the environment, then Shaken Fist's configuration
 * file, then the file in which a node keeps its own uuid. Nothing of it need be there, as on an administrator's laptop.
 *
 * @param configPath as given with `--config`
 */
export function readThisNode(configPath: string | undefined, environment: Environment): ThisNodeSettings {
  const file = readText(configPath ?? DEFAULT_CONFIG_PATH);
  const configured = parseSfConfig('value' in file ? (file.value ?? '') : '');
  const setting = (name: string): string | null => {
    const key = `SHAKENFIST_${name}`;
    return environment[key] || configured.get(key) || null;
  };
  const storagePath = setting('STORAGE_PATH') ?? DEFAULT_STORAGE_PATH;
  return {
    uuid: ownUuid(setting('NODE_UUID'), storagePath, file),
    names: [setting('NODE_NAME'), hostname()].filter((name) => name !== null),
    isNetworkNode: readBoolean(setting('NODE_IS_NETWORK_NODE')),
    meshAddress: setting('NODE_MESH_IP'),
    networkNodeAddress: setting('NETWORK_NODE_IP'),
    storagePath,
  };
}

function ownUuid(
  setting: string | null,
  storagePath: string,
  config: Observed<string | null>,
): Observed<Uuid | null> {
  if (setting !== null) return asUuid(setting, 'SHAKENFIST_NODE_UUID');
  const path = join(storagePath, 'node_uuid');
  const file = readText(path);
  if ('value' in file && file.value !== null) return asUuid(file.value.trim(), path);
  // Absent, but perhaps only because the configuration that names another place cannot be read.
  return 'unknown' in file ? file : 'unknown' in config ? config : { value: null };
}

function asUuid(text: string, origin: string): Observed<Uuid> {
  const uuid = parseUuid(text);
  return uuid === null ? { unknown: `${origin} does not hold a uuid` } : { value: uuid };
}

/** As Shaken Fist's own settings read a boolean; anything else says nothing. */
function readBoolean(text: string | null): boolean | null {
  if (/^(1|true|t|yes|y|on)$/i.test(text ?? '')) return true;
  return /^(0|false|f|no|n|off)$/i.test(text ?? '') ? false : null;
}

/** @returns null for a file that does not exist */
function readText(path: string): Observed<string | null> {
  try {
    return { value: readRegularFile(path, 'file') };
  } catch (error) {
    const { code, message } = (error as Error).cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { value: null };
    return { unknown: `${path} cannot be read: ${code ?? message}` };
  }
}
