/**
 * The parts of the program, `dist/<part>.cjs`, and the modules that each is there for: it holds them and what they import
 * statically, unless a part before it does. The last one holds the rest.
 */
export const PARTS = {
  'sf-ops': ['src/main.ts'],
  // Help and the formats of failures are small: neither a question about a command nor a mistake loads them all.
  'command-line': [
    'src/cli/run-line.ts',
    'src/cli/documentation/help.ts',
    'src/render/plain.ts',
    'src/render/json.ts',
  ],
  commands: [],
};
