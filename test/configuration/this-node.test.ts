import { beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { readThisNode } from '../../src/configuration/this-node.js';
import { runFolder } from '../servers/run-folder.js';

const UUID = '10000001-0000-4000-8000-000000000001';
let folder: string;
let config: string;

beforeEach(async () => {
  folder = await mkdtemp(join(runFolder(), 'node-'));
  config = join(folder, 'config');
});

/** Keeps this machine's own storage out of the test. */
const elsewhere = () => ({ SHAKENFIST_STORAGE_PATH: folder });

describe('what a machine says of the node that it is', () => {
  test('nothing, with Shaken Fist’s default storage', () => {
    const { storagePath, ...said } = readThisNode(config, {});
    expect(storagePath).toBe('/srv/shakenfist');
    expect(said).toMatchObject({
      isNetworkNode: null,
      meshAddress: null,
      networkNodeAddress: null,
      names: [hostname()],
    });
    expect(readThisNode(config, elsewhere()).uuid).toEqual({ value: null });
  });

  test('the environment goes before the configuration file', async () => {
    await writeFile(
      config,
      `SHAKENFIST_STORAGE_PATH="${folder}"
SHAKENFIST_NODE_NAME=sf-1
SHAKENFIST_NODE_MESH_IP='192.0.2.1'
SHAKENFIST_NODE_IS_NETWORK_NODE=true
SHAKENFIST_NETWORK_NODE_IP=192.0.2.9
`,
    );
    expect(
      readThisNode(config, { SHAKENFIST_NODE_IS_NETWORK_NODE: 'off', SHAKENFIST_NODE_NAME: '' }),
    ).toEqual({
      uuid: { value: null },
      names: ['sf-1', hostname()],
      isNetworkNode: false,
      meshAddress: '192.0.2.1',
      networkNodeAddress: '192.0.2.9',
      storagePath: folder,
    });
  });

  test('its uuid: from the setting, dashed or not, else from its file', async () => {
    await writeFile(join(folder, 'node_uuid'), `${UUID.replace('1', '2')}\n`);
    expect(readThisNode(config, elsewhere()).uuid).toEqual({ value: UUID.replace('1', '2') });
    const undashed = UUID.replaceAll('-', '');
    expect(readThisNode(config, { ...elsewhere(), SHAKENFIST_NODE_UUID: undashed }).uuid).toEqual({
      value: UUID,
    });
  });

  test('its uuid is unknown where the file holds something else, or cannot be read', async () => {
    await writeFile(join(folder, 'node_uuid'), 'not a uuid');
    expect(readThisNode(config, elsewhere()).uuid).toEqual({
      unknown: `${folder}/node_uuid does not hold a uuid`,
    });
    const storage = join(folder, 'other');
    await mkdir(join(storage, 'node_uuid'), { recursive: true });
    expect(readThisNode(config, { SHAKENFIST_STORAGE_PATH: storage }).uuid).toEqual({
      unknown: `${storage}/node_uuid cannot be read: it is a folder, not a regular file`,
    });
  });

  test('and where the configuration, which may name another storage, cannot be read', async () => {
    await mkdir(config);
    expect(readThisNode(config, elsewhere()).uuid).toEqual({
      unknown: `${config} cannot be read: it is a folder, not a regular file`,
    });
  });
});
