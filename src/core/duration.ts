const SECONDS: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `90`, `90s`, `15m`, `1h30m`, `7d` → seconds. A bare number is seconds. Null for anything else. */
export function readDuration(text: string): number | null {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)?/gy)];
  const consumed = parts.reduce((length, part) => length + part[0].length, 0);
  const bareInCompound = parts.length > 1 && parts.some((part) => part[2] === undefined);
  if (parts.length === 0 || consumed !== text.trim().length || bareInCompound) return null;
  return parts.reduce((total, part) => total + Number(part[1]) * SECONDS[part[2] ?? 's']!, 0);
}

/** Timers take whole milliseconds of 31 bits, and fire at once for more; a part of one more is never too early. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Seconds as a timer takes them: of any length, if not quite of that length beyond 24 days. */
export function timerMilliseconds(seconds: number): number {
  return Math.min(LONGEST_TIMER, Math.ceil(seconds * 1000));
}

/** Seconds for people, two units at most: `4s`, `3m12s`, `2h05m`, `9d04h`. A clock that runs ahead shows `0s`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${pad(whole % 60)}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)}h${pad(Math.floor((whole % 3600) / 60))}m`;
  return `${Math.floor(whole / 86_400)}d${pad(Math.floor((whole % 86_400) / 3600))}h`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
