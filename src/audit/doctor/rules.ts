import { ACCOUNT_RULES } from './account-rules.js';
import { ADDRESS_RULES } from './address-rules.js';
import { CLOCK_RULES } from './clock-rules.js';
import { CLUSTER_RULES } from './cluster-rules.js';
import { GALERA_RULES } from './galera-rules.js';
import { KEY_RULES } from './key-rules.js';
import type { DoctorRule } from './rule.js';
import { SCHEMA_RULES } from './schema-rules.js';
import { SERVER_RULES } from './server-rules.js';
import { TYPE_RULES } from './type-rules.js';

/** Every rule of doctor, in the order of `--json`. */
export const DOCTOR_RULES: readonly DoctorRule[] = [
  ...ADDRESS_RULES,
  ...SERVER_RULES,
  ...CLOCK_RULES,
  ...GALERA_RULES,
  ...ACCOUNT_RULES,
  ...SCHEMA_RULES,
  ...KEY_RULES,
  ...TYPE_RULES,
  ...CLUSTER_RULES,
];
