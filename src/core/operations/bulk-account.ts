import { ExitCode } from '../exit-codes.js';

/** What became of the lines of a load, as far as it came. */
export interface BulkAccount {
  created: number;
  /** Of these another operation was used. */
  reused: number;
  /** These were there already, from an earlier run or under the same uuid. */
  existing: number;
  /** These could not be met; their rows say why. */
  failed: number;
  /**
   * Lines whose transaction failed: none of them was written, or, where nobody could say, perhaps all of them. `lines`:
   * how many they are, without those between the first and the last that an earlier run has done.
   */
  lost: { first: number; last: number; lines: number; isUnknown: boolean } | null;
  /** Why it ended before the end of the file. */
  stopped: 'failure' | 'error' | 'interrupted' | null;
  /** The last line that was tried. */
  lastLine: number;
  /** Of the first line that failed. */
  exitCode: ExitCode;
}

export function emptyAccount(): BulkAccount {
  return {
    ...{ created: 0, reused: 0, existing: 0, failed: 0, lastLine: 0 },
    ...{ lost: null, stopped: null, exitCode: ExitCode.OK },
  };
}

/** How many lines have no operation, as the JSON document counts them. */
export function failedLines({ failed, lost }: BulkAccount): number {
  return failed + (lost?.lines ?? 0);
}

/**
 * The account of a load in sentences, true also of one that was cut short.
 *
 * @param isRehearsal nothing was written
 */
export function accountSentences(account: BulkAccount, isRehearsal: boolean): string {
  const { created, reused, existing, failed, lost, stopped, lastLine } = account;
  const counts = [
    isRehearsal ? `${created} would be created` : `${created} created`,
    `${reused} reused`,
    ...(existing > 0 ? [`${existing} there already`] : []),
    `${failed} failed`,
  ];
  const sentences = [`${counts.join(', ')}.`];
  if (lost !== null) {
    const fate = lost.isUnknown ? 'may have been written, all or none' : 'were not written';
    sentences.push(`Lines ${lost.first} to ${lost.last} ${fate}.`);
  }
  switch (stopped) {
    case 'failure':
      sentences.push('Later lines, if any, were not tried.');
      break;
    case 'error':
      sentences.push(`Stopped at line ${lastLine}: later lines, if any, were not tried.`);
      break;
    case 'interrupted':
      sentences.push(`Interrupted after line ${lastLine}: later lines were not tried.`);
      break;
    case null:
  }
  return sentences.join(' ');
}
