/** `npm run package:node -- 24.22.0`: pins another Node, with the digests that the registry names. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { PIN } from './node.mjs';

const [version] = process.argv.slice(2);
if (!/^\d+\.\d+\.\d+$/.test(version ?? '')) throw new Error('which version? For example 24.22.0');
const digest = (architecture) =>
  execFileSync('npm', ['view', `node-linux-${architecture}@${version}`, 'dist.integrity'], {
    encoding: 'utf8',
  }).trim();
const pin = { version, x64: digest('x64'), arm64: digest('arm64') };
if (Object.values(pin).includes(''))
  throw new Error(`the registry has no Node ${version} for every architecture`);
writeFileSync(PIN, `${JSON.stringify(pin, null, 2)}\n`);
