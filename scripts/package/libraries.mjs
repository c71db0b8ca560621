/** The libraries that are inside the program: what the bundler says it put in, not what was asked for. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @param metafile the bundler's account of its inputs and outputs
 * @returns what contributed at least one byte, by name: `{ name, version, license, folder }`
 */
export function librariesIn({ outputs }) {
  const folders = Object.values(outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
    .filter((folder) => folder !== undefined);
  return [...new Set(folders)]
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      return { name, version, license, folder };
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/**
 * The notices that the licences of the libraries ask for, as one text.
 *
 * @param instead what to say in the place of a licence's text, by its name
 */
export function noticesOf(libraries, instead = {}) {
  const parts = libraries.map(
    ({ name, version, license, folder }) =>
      `${name} ${version} (${license})\n\n${instead[license] ?? licenceText(folder, license)}`,
  );
  return `sf-ops holds the libraries below, whole or in part.\n\n${parts.join(`\n${'-'.repeat(78)}\n\n`)}`;
}

function licenceText(folder, license) {
  const name = readdirSync(join(root, folder)).find((file) => /^licen[cs]e(\.|$)/i.test(file));
  if (name !== undefined) return readFileSync(join(root, folder, name), 'utf8');
  // Some name their licence and do not ship its text.
  if (license === 'Apache-2.0') return readFileSync(join(root, 'LICENSE'), 'utf8');
  if (license === 'MIT' && existsSync(join(root, folder, 'README.md'))) {
    const readme = readFileSync(join(root, folder, 'README.md'), 'utf8');
    const section = /^#+ *licen[cs]e[\s\S]*/im.exec(readme);
    if (section !== null) return section[0];
  }
  throw new Error(`${folder} has no licence text`);
}
