import { timerMilliseconds } from '../core/duration.js';

/** Seconds on a clock that only goes forward, whatever becomes of the machine's time of day. */
export function steadySeconds(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}

/** Resolves after that many seconds, or when the signal is aborted. */
export async function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, timerMilliseconds(seconds));
    if (signal.aborted) finish();
    else signal.addEventListener('abort', finish, { once: true });
  });
}
