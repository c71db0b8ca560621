/** One runner for every tier; `scripts/test.mjs` chooses the folder and adds up the totals. */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.sql'],
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022' }, module: { type: 'es6' } }],
    '\\.sql$': '<rootDir>/test/sql-as-text.mjs',
  },
  moduleFileExtensions: ['ts', 'js', 'mjs', 'json', 'sql'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  globalSetup: '<rootDir>/test/servers/run-setup.mjs',
  globalTeardown: '<rootDir>/test/servers/run-teardown.mjs',
  // A net for what hangs: how long a test takes depends on what else the machine does.
  testTimeout: 60_000,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.stryker/'],
};
