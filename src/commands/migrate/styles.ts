import type { MigrationState } from '../../migrations/migration.js';
import type { Assessed } from '../../migrations/preflight/assess.js';
import type { Style } from '../../render/answer.js';

export const STATE_STYLES: Readonly<Record<MigrationState, Style>> = {
  applied: 'good',
  pending: 'warning',
  in_progress: 'warning',
  blocked: 'bad',
};

export const RESULT_STYLES: Readonly<Record<Assessed['result'], Style>> = {
  pass: 'good',
  warning: 'warning',
  unknown: 'warning',
  fail: 'bad',
};
