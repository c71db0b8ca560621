/**
 * `npm run package`: writes what is released into release/, the same bytes each time for the same commit. Give names to
 * build only some: `npm run package -- deb executable npm sbom`. `--fast` compresses less, for a look; `--into=FOLDER`
 * writes elsewhere.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDebianPackage, DEBIAN_ARCHITECTURE } from './package/debian.mjs';
import { buildExecutable, canBuild } from './package/executable.mjs';
import { librariesIn } from './package/libraries.mjs';
import { billOfMaterials } from './package/sbom.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);
const release =
  words.find((word) => word.startsWith('--into='))?.slice('--into='.length) ?? join(root, 'release');
const { name, version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const FORMS = ['deb', 'executable', 'npm', 'sbom'];
const chosen = words.filter((word) => !word.startsWith('-'));
const unknown = chosen.find((form) => !FORMS.includes(form));
if (unknown !== undefined) throw new Error(`${unknown} is not one of ${FORMS.join(', ')}`);
const wants = (form) => chosen.length === 0 || chosen.includes(form);

/** The time of everything in a release: the commit's, unless it is given. */
const epoch = Number(process.env.SOURCE_DATE_EPOCH ?? git('log', '-1', '--format=%ct'));
const fast = words.includes('--fast');
const compression = fast ? ['-Zgzip', '-z1'] : ['-Zxz', '-z6'];
process.umask(0o022);
run(process.execPath, [join(root, 'scripts', 'build.mjs')]);
const libraries = librariesIn(JSON.parse(readFileSync(join(root, 'dist', 'meta.json'), 'utf8')));
const scratch = mkdtempSync(join(tmpdir(), 'sf-ops-package-'));
rmSync(release, { recursive: true, force: true });
mkdirSync(release, { recursive: true });
try {
  for (const architecture of Object.keys(DEBIAN_ARCHITECTURE)) {
    const isOurs = architecture === process.arch;
    if (!(wants('deb') || (wants('executable') && isOurs))) continue;
    if (!canBuild(architecture)) {
      console.error(`left out: ${architecture}, for which binutils are not installed here`);
      continue;
    }
    await buildFor(architecture);
  }
  if (wants('npm')) buildTarball();
  if (wants('sbom')) {
    const timestamp = new Date(epoch * 1000).toISOString();
    const bill = billOfMaterials({ name, version, license }, libraries, timestamp);
    writeFileSync(join(release, `${name}-${version}.sbom.cdx.json`), `${JSON.stringify(bill, null, 2)}\n`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const files = readdirSync(release).sort();
writeFileSync(
  join(release, 'SHA256SUMS'),
  files.map((file) => `${digest(join(release, file))}  ${file}\n`).join(''),
);
for (const file of files) console.log(join(release, file));
const tooBig = fast ? [] : files.filter((file) => statSync(join(release, file)).size > budget(file));
if (tooBig.length > 0) throw new Error(`too big to be released: ${tooBig.join(', ')}`);

async function buildFor(architecture) {
  const executable = join(scratch, `${name}-${architecture}`);
  await buildExecutable(architecture, scratch, executable);
  if (wants('executable') && architecture === process.arch) {
    const copy = join(release, `${name}-${version}-linux-${architecture}`);
    copyFileSync(executable, copy);
    chmodSync(copy, 0o755);
  }
  if (!wants('deb')) return;
  const text = (...words) =>
    execFileSync(process.execPath, [join(root, 'bin', 'sf-ops'), ...words], { env: bare() });
  const output = join(release, `${name}_${version}_${DEBIAN_ARCHITECTURE[architecture]}.deb`);
  buildDebianPackage(
    { architecture, version, executable, libraries, epoch, compression },
    text,
    scratch,
    output,
  );
}

/** npm gives every file the same time and mode, whatever the checkout's. */
function buildTarball() {
  run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', release]);
}

/** What the program prints for a package must not depend on who builds it. */
function bare() {
  return { PATH: process.env.PATH, HOME: scratch, LANG: 'C.UTF-8', COLUMNS: '80' };
}

function run(program, words) {
  execFileSync(program, words, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** In bytes: what a release may weigh. Nothing but Node itself is big. */
function budget(file) {
  return file.endsWith('.deb') ? 36e6 : 125e6;
}

function git(...words) {
  return execFileSync('git', words, { cwd: root, encoding: 'utf8' }).trim();
}

function digest(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
