import { ExitCode } from '../core/exit-codes.js';

/** What ends a command from outside. */
export interface Interruption {
  /** Aborted by SIGINT and SIGTERM, with the signal's name as reason. */
  signal: AbortSignal;
  /** Rejects with an error that nobody caught, after which nothing else can be relied on. */
  crash: Promise<never>;
  stop: () => void;
}

/** The first signal asks the command to end at a safe point; the second ends the process at once. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(exitCodeOf(controller.signal));
    controller.abort(name);
  };
  let onCrash: (error: unknown) => void = () => undefined;
  const crash = new Promise<never>((_, reject) => (onCrash = reject));
  crash.catch(() => undefined); // also where nobody waits for it any more
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  process.on('uncaughtException', onCrash).on('unhandledRejection', onCrash);
  return {
    signal: controller.signal,
    crash,
    stop: () => {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
      process.off('uncaughtException', onCrash).off('unhandledRejection', onCrash);
    },
  };
}

export function exitCodeOf({ reason }: AbortSignal): ExitCode {
  return reason === 'SIGTERM' ? ExitCode.TERMINATED : ExitCode.INTERRUPTED;
}
