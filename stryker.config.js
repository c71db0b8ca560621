/** `npm run mutate`: changes the pure rules one at a time, and says which changes no test notices. Some files: `-- --mutate FILE`. */
export default {
  mutate: [
    'src/core/**/*.ts',
    'src/audit/doctor/*-rules.ts',
    'src/audit/rules/*.ts',
    'src/migrations/preflight/verdicts/*.ts',
  ],
  plugins: ['./scripts/mutate/pure-runner.mjs'],
  testRunner: 'pure',
  coverageAnalysis: 'perTest',
  concurrency: 1,
  reporters: ['clear-text', 'progress', 'json'],
  jsonReporter: { fileName: '.stryker/mutation.json' },
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  tempDirName: '.stryker',
  thresholds: { high: 95, low: 90, break: 90 },
};
