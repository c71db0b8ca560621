import { readdirSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { COMMANDS, GROUPS } from '../../src/commands/index.js';

const FOLDER = 'src/commands';
const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(FOLDER, name));
const isDeclaration = (path: string): boolean => /\/(index|parameters|definitions?)\.ts$/.test(path);

/** The files of src/ that a file imports when it is loaded; types cost nothing and do not count. */
function staticImports(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/^(?:import|export) (?!type )[^;]*?from '(\.[^']+)'/gm)].map(
    ([, target]) => sourceOf(path, target!),
  );
}

/** The files that a declaration names as implementations. */
function implementationsOf(path: string): string[] {
  return [...readFileSync(path, 'utf8').matchAll(/import\('(\.[^']+)'\)/g)].map(([, target]) =>
    sourceOf(path, target!),
  );
}

function sourceOf(path: string, target: string): string {
  return normalize(join(path, '..', target)).replace(/\.js$/, '.ts');
}

function reachableFrom(path: string): Set<string> {
  const reached = new Set([path]);
  for (const file of reached) for (const next of staticImports(file)) reached.add(next);
  return reached;
}

const implementations = new Set(files.filter(isDeclaration).flatMap(implementationsOf));

test('implementations are found', () => {
  expect(implementations.size).toBeGreaterThan(5);
  expect(files).toEqual(expect.arrayContaining([...implementations]));
});

test.each([...implementations])('%s loads no other command', (path) => {
  const others = [...reachableFrom(path)].filter((file) => file !== path && implementations.has(file));
  expect(others).toEqual([]);
});

test('the declarations load none, and of what is below them only core and plain lists', () => {
  const reached = [...reachableFrom(join(FOLDER, 'index.ts'))];
  const others = reached.filter((file) => !isDeclaration(file) && !file.startsWith('src/core/'));
  expect(others.filter((file) => staticImports(file).length > 0)).toEqual([]);
});

test.each(files)('%s neither knows the format nor writes', (path) => {
  const ofRender = staticImports(path).filter((file) => file.startsWith('src/render/'));
  const writing = /render\/(formats|deliver|output|writer|special|table|plain|json|csv|renderer)\.ts$/;
  expect(ofRender.filter((file) => writing.test(file))).toEqual([]);
  expect(readFileSync(path, 'utf8')).not.toMatch(/context\.format|process\.std|options\.(format|json)\b/);
});

describe('the declarations', () => {
  test('have names of one or two words, each once, and groups that are explained', () => {
    const names = COMMANDS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z-]+( [a-z-]+)?$/);
    const groups = names.filter((name) => name.includes(' ')).map((name) => name.split(' ')[0]!);
    expect(new Set(groups)).toEqual(new Set(Object.keys(GROUPS)));
    expect(names.filter((name) => name in GROUPS)).toEqual([]);
  });

  test.each(COMMANDS)('$name says what it is for, with examples of itself', ({ name, summary, examples }) => {
    expect(summary).toMatch(/^[^A-Z].*[^.]$/);
    expect(examples.length).toBeGreaterThan(0);
    for (const { command, comment } of examples) {
      expect(`${command} `).toMatch(new RegExp(`(^|\\| sf-ops )${name} `));
      expect(comment).toMatch(/^[^A-Z].*[^.]$/);
    }
  });

  test.each(COMMANDS)(
    '$name has at most one argument that takes the rest, and it is the last',
    (definition) => {
      const variadic = Object.values(definition.arguments).map((one) => one.variadic);
      expect(variadic.slice(0, -1)).not.toContain(true);
    },
  );
});
