/** `npm run mutate`: changes the pure rules one at a time, and says which changes no test notices. Some files: `-- --mutate FILE`. */
export default {
  mutate: ['src/core/**/*.ts', 'src/audit/doctor/*-rules.ts', 'src/gate/host/flood-entries.ts'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: {
    configFile: 'jest.config.js',
    // The pure tests alone: what they do not notice should not have to wait for a server to be noticed.
    config: { testMatch: ['<rootDir>/test/core/**/*.test.ts', '<rootDir>/test/audit/**/*-rules.test.ts'] },
  },
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  reporters: ['clear-text', 'progress'],
  clearTextReporter: { allowColor: false, reportTests: false },
  tempDirName: '.stryker',
  incrementalFile: '.stryker/incremental.json',
  incremental: true,
  thresholds: { high: 95, low: 90, break: 90 },
};
