import type { Look } from './look.js';

/** `2026-11-24 22:49:24 UTC`, or the same moment in local time with its zone. */
export function timeOfDay(unixSeconds: number, { utc }: Pick<Look, 'utc'>): string {
  const moment = new Date(unixSeconds * 1000);
  if (Number.isNaN(moment.getTime())) return `${unixSeconds} s`;
  if (utc) return `${moment.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const offset = -moment.getTimezoneOffset();
  const local = new Date(moment.getTime() + offset * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  return `${local} ${offset === 0 ? 'UTC' : zone(offset)}`;
}

/** `+05:30` */
function zone(minutes: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}`;
}
