import { enumLabelVerdict } from '../doctor/type-rules.js';
import { tableRule } from './rule.js';

export const missingEnumLabel = tableRule({
  id: 'missing-enum-label',
  severity: 'error',
  title: 'the ENUM columns have a label for every type of operation and target',
  why: 'A type without a label cannot be written (error 1265), or, under a lax sql_mode, is stored as the empty label, which almost no question about operations finds.',
  examples: [
    'Shaken Fist was upgraded on the nodes, and sf-database, which appends labels, was not restarted.',
  ],
  remedy: 'Start sf-database of the newest release in use: it appends labels.',
  fix: null,
  table: 'object_states',
  verdict: enumLabelVerdict,
});
