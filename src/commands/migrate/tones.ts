import type { MigrationState } from '../../migrations/migration.js';
import type { Assessed } from '../../migrations/preflight/assess.js';
import type { Tone } from '../../render/report.js';

export const STATE_TONES: Readonly<Record<MigrationState, Tone>> = {
  applied: 'good',
  pending: 'warning',
  in_progress: 'warning',
  blocked: 'bad',
};

export const RESULT_TONES: Readonly<Record<Assessed['result'], Tone>> = {
  pass: 'good',
  warning: 'warning',
  unknown: 'warning',
  fail: 'bad',
};
