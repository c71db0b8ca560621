import { fail, pass, unknown, type Verdicts } from '../../core/finding.js';
import { ruleAbout, type DoctorRule } from './rule.js';
import { answering, type AnsweringServer } from './servers.js';

/** Shaken Fist's workers compare `scheduled_at`, a client's clock, with the server's: a gap delays or reorders work. */
const GREATEST_SKEW_SECONDS = 5;
const TOO_SLOW = 'the round trip takes too long.';

export const CLOCK_RULES: readonly DoctorRule[] = [
  ruleAbout('servers', {
    id: 'clock',
    severity: 'error',
    title: `the clocks of this machine and the server agree to ${GREATEST_SKEW_SECONDS} s`,
    why: 'The clock of the sender dates an operation, and no worker takes it before that of the server gets there.',
    remedy: 'Synchronise the clocks of both machines (chrony, systemd-timesyncd).',
    verdict: (servers) => compareWithOurs(answering(servers)),
  }),
  ruleAbout('servers', {
    id: 'server-clocks',
    severity: 'error',
    title: `the clocks of all servers agree to ${GREATEST_SKEW_SECONDS} s`,
    why: 'Each server hands out work by its own clock.',
    remedy: null,
    verdict: (servers) => compareWithEachOther(answering(servers)),
  }),
];

function compareWithOurs(servers: readonly AnsweringServer[]): Verdicts {
  if (servers.length === 0) return null;
  const found = `${servers.map(clockText).join(', ')}.`;
  const isWrong = ({ clock }: AnsweringServer): boolean =>
    Math.abs(clock.skewSeconds) - clock.uncertaintySeconds > GREATEST_SKEW_SECONDS;
  if (servers.some(isWrong)) return fail(found);
  const isRight = ({ clock }: AnsweringServer): boolean =>
    Math.abs(clock.skewSeconds) + clock.uncertaintySeconds <= GREATEST_SKEW_SECONDS;
  return servers.every(isRight) ? pass(found) : unknown(TOO_SLOW, { detail: found });
}

function compareWithEachOther(servers: readonly AnsweringServer[]): Verdicts {
  if (servers.length < 2) return null;
  const byClock = [...servers].sort((a, b) => a.clock.skewSeconds - b.clock.skewSeconds);
  const [slowest, fastest] = [byClock[0]!, byClock.at(-1)!];
  const gap = fastest.clock.skewSeconds - slowest.clock.skewSeconds;
  const uncertainty = fastest.clock.uncertaintySeconds + slowest.clock.uncertaintySeconds;
  const found = `${fastest.node} is ${gap.toFixed(2)} s ahead of ${slowest.node} (± ${uncertainty.toFixed(2)} s).`;
  if (gap - uncertainty > GREATEST_SKEW_SECONDS)
    return fail(found, { remedy: `Synchronise the clocks of ${slowest.node} and ${fastest.node}.` });
  return gap + uncertainty <= GREATEST_SKEW_SECONDS ? pass(found) : unknown(TOO_SLOW, { detail: found });
}

function clockText({ node, clock }: AnsweringServer): string {
  const { skewSeconds, uncertaintySeconds } = clock;
  const direction = skewSeconds < 0 ? 'behind' : 'ahead';
  return `${node} is ${Math.abs(skewSeconds).toFixed(2)} s ${direction} (± ${uncertaintySeconds.toFixed(2)} s)`;
}
