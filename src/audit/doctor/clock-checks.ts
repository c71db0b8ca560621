import { declareCheck, fail, pass, unknown, type Check, type Finding } from './check.js';
import { visited, type AnsweringServer } from './servers.js';

/** Shaken Fist's workers compare `scheduled_at`, a client's clock, with the server's: a gap delays or reorders work. */
const GREATEST_SKEW_SECONDS = 5;

export const CLOCK_CHECKS: readonly Check[] = [
  declareCheck({
    id: 'clock',
    title: `the clocks of this machine and the server agree to ${GREATEST_SKEW_SECONDS} s`,
    why: 'The clock of the sender dates an operation, and no worker takes it before that of the server gets there.',
    about: 'servers',
    examine: (servers) => judgeClocks(visited(servers)),
  }),
  declareCheck({
    id: 'server-clocks',
    title: `the clocks of all servers agree to ${GREATEST_SKEW_SECONDS} s`,
    why: 'Each server hands out work by its own clock.',
    about: 'servers',
    examine: (servers) => compareClocks(visited(servers)),
  }),
];

function judgeClocks(servers: readonly AnsweringServer[]): Finding | null {
  if (servers.length === 0) return null;
  const detail = `${servers.map(clockText).join(', ')}.`;
  const hint = 'Synchronise the clocks of both machines (chrony, systemd-timesyncd).';
  if (
    servers.some(
      ({ clock }) => Math.abs(clock.skewSeconds) - clock.uncertaintySeconds > GREATEST_SKEW_SECONDS,
    )
  ) {
    return fail(detail, hint);
  }
  const isCertain = ({ clock }: AnsweringServer): boolean =>
    Math.abs(clock.skewSeconds) + clock.uncertaintySeconds <= GREATEST_SKEW_SECONDS;
  return servers.every(isCertain) ? pass(detail) : unknown(`the round trip takes too long. ${detail}`);
}

function compareClocks(servers: readonly AnsweringServer[]): Finding | null {
  if (servers.length < 2) return null;
  const byClock = [...servers].sort((a, b) => a.clock.skewSeconds - b.clock.skewSeconds);
  const [slowest, fastest] = [byClock[0]!, byClock.at(-1)!];
  const gap = fastest.clock.skewSeconds - slowest.clock.skewSeconds;
  const uncertainty = fastest.clock.uncertaintySeconds + slowest.clock.uncertaintySeconds;
  const detail = `${fastest.node} is ${gap.toFixed(2)} s ahead of ${slowest.node} (± ${uncertainty.toFixed(2)} s).`;
  if (gap - uncertainty > GREATEST_SKEW_SECONDS) {
    return fail(detail, `Synchronise the clocks of ${slowest.node} and ${fastest.node}.`);
  }
  return gap + uncertainty <= GREATEST_SKEW_SECONDS
    ? pass(detail)
    : unknown(`the round trip takes too long. ${detail}`);
}

function clockText({ node, clock }: AnsweringServer): string {
  const { skewSeconds, uncertaintySeconds } = clock;
  const direction = skewSeconds < 0 ? 'behind' : 'ahead';
  return `${node} is ${Math.abs(skewSeconds).toFixed(2)} s ${direction} (± ${uncertaintySeconds.toFixed(2)} s)`;
}
