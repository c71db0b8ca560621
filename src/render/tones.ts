import type { Tone } from './report.js';

/** How the state of an operation strikes the eye. */
export function stateTone(state: string | null): Tone | undefined {
  switch (state) {
    case 'executing':
    case 'preflight':
      return 'strong';
    case 'complete':
      return 'good';
    case 'error':
    case 'abort':
      return 'bad';
    case null:
    case 'deleted':
      return 'muted';
    default:
      return undefined;
  }
}
