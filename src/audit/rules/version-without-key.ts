import { targetKeyVerdict } from '../doctor/key-rules.js';
import { tableRule } from './rule.js';

export const versionWithoutKey = tableRule({
  id: 'version-without-key',
  severity: 'error',
  title: 'the key that the version of cluster_operation_targets promises is there',
  why: "Shaken Fist's step to version 2 stamps the version even where the key could not be added. Without it a target can be recorded twice; with the key of version 1 still there, further targets are lost.",
  examples: ['Rows that were there twice kept the key from being added, and the error was swallowed.'],
  remedy: 'sf-ops migrate plan shows what is left to do.',
  fix: null,
  table: 'cluster_operation_targets',
  verdict: targetKeyVerdict,
});
