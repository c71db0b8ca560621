import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/**
 * The rooms of src/ and what each may import from: downwards only. A file directly in src/ is the program itself and
 * may import from everywhere.
 */
const MAY_IMPORT = {
  core: [],
  files: [],
  configuration: ['core', 'files'],
  render: ['core', 'files'],
  database: ['core', 'files', 'configuration'],
  operations: ['core', 'files', 'configuration', 'database'],
  gate: ['core', 'files', 'configuration', 'database'],
  audit: ['core', 'files', 'configuration', 'database', 'operations'],
  migrations: ['core', 'files', 'configuration', 'database', 'audit'],
  sandbox: ['core', 'files', 'configuration', 'database', 'operations', 'migrations'],
  commands: [
    'core',
    'files',
    'configuration',
    'database',
    'operations',
    'gate',
    'audit',
    'migrations',
    'sandbox',
    'render',
  ],
  cli: [
    'core',
    'files',
    'configuration',
    'database',
    'operations',
    'gate',
    'audit',
    'migrations',
    'sandbox',
    'render',
    'commands',
  ],
};

/** By depth, because a room may have a folder of another room's name: `core/operations`. */
const DEPTHS = ['', '*/', '*/*/'];

const importDirection = Object.entries(MAY_IMPORT).flatMap(([room, allowed]) => {
  const above = Object.keys(MAY_IMPORT).filter((other) => other !== room && !allowed.includes(other));
  return DEPTHS.map((folders, depth) => ({
    files: [`src/${room}/${folders}*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(\\./)?(\\.\\./){${depth + 1}}((${above.join('|')})/|main\\.js)`,
              message: `Imports point downwards: src/${room} may import from ${['itself', ...allowed].join(', ')}.`,
            },
          ],
        },
      ],
    },
  }));
});

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Indexing that the line above has proved.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // `||` on text means "or empty".
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // An async function without await is a promise by contract.
      '@typescript-eslint/require-await': 'off',
      'no-console': 'error',
    },
  },
  {
    files: ['src/core/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', { name: 'process', message: 'core does no I/O.' }],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'The clock is handed in.' },
        { object: 'Math', property: 'random', message: 'Randomness is handed in.' },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/main.ts', 'src/configuration/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only the configuration reads the environment.' },
      ],
    },
  },
  ...importDirection,
  {
    files: ['**/*.mjs', '**/*.js', '**/*.cjs', 'bin/sf-ops'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        performance: 'readonly',
      },
    },
  },
  {
    files: ['bin/**', 'packaging/**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: {
        Buffer: 'readonly',
        __dirname: 'readonly',
        __filename: 'readonly',
        exports: 'writable',
        require: 'readonly',
      },
    },
  },
);
