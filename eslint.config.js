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
  audit: ['core', 'files', 'configuration', 'database', 'operations', 'gate'],
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

const ENVIRONMENT = {
  object: 'process',
  property: 'env',
  message: 'Only the configuration reads the environment.',
};

const PURE =
  'core, the rules of audit and the verdicts of preflight are pure: clock, randomness and what is outside are handed in.';
const PURE_RULES = ['src/audit/rules/*.ts', 'src/audit/doctor/*.ts'];
const PURE_JUDGES = ['src/migrations/preflight/verdicts/*.ts'];
const IMPURE_GLOBALS = [
  ...['process', 'performance', 'crypto', 'fetch', 'console', 'globalThis', 'global'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
];
const IMPURE_PROPERTIES = [
  { object: 'Date', property: 'now' },
  { object: 'Math', property: 'random' },
];
/** The modules of Node that core may use: they compute, and reach nothing outside. */
const PURE_MODULES = ['node:net', 'node:util'];

/** Packages and modules of Node, other than those. */
const OUTSIDE_CORE = {
  regex: `^(?!\\.|(${PURE_MODULES.join('|')})$)`,
  message: PURE,
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
            ...(room === 'core' ? [OUTSIDE_CORE] : []),
          ],
        },
      ],
    },
  }));
});

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/', '.stryker/'] },
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
  // One block for each set of files: of two blocks with the same rule, the later one replaces the earlier.
  {
    files: ['src/**/*.ts'],
    ignores: ['src/main.ts', 'src/configuration/**', 'src/core/**', ...PURE_RULES, ...PURE_JUDGES],
    rules: { 'no-restricted-properties': ['error', ENVIRONMENT] },
  },
  {
    files: ['src/core/**/*.ts', ...PURE_RULES, ...PURE_JUDGES],
    rules: {
      'no-restricted-globals': ['error', ...IMPURE_GLOBALS.map((name) => ({ name, message: PURE }))],
      'no-restricted-properties': ['error', ...IMPURE_PROPERTIES.map((one) => ({ ...one, message: PURE }))],
      'no-restricted-syntax': [
        'error',
        { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: PURE },
        { selector: "CallExpression[callee.name='Date']", message: PURE },
        { selector: 'ImportExpression', message: PURE },
      ],
    },
  },
  ...importDirection,
  {
    files: PURE_JUDGES,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            OUTSIDE_CORE,
            {
              regex: '^\\.\\./(?!rule\\.js$|\\.\\./\\.\\./core/)',
              message: 'Judges of preflight import core and the words of rules.',
            },
          ],
        },
      ],
    },
  },
  {
    files: PURE_RULES,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            OUTSIDE_CORE,
            {
              regex: '^\\.\\./(?!(rules|doctor)/|\\.\\./core/)',
              message: 'Rules of audit import core and each other.',
            },
          ],
        },
      ],
    },
  },
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
