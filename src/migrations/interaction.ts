import type { Progress } from '../core/progress.js';

/** How a migration speaks with the person who runs it. */
export interface Interaction {
  note(text: string): void;
  warn(text: string): void;
  readonly progress: Progress;
  /** @throws RefusedError unless the answer is yes */
  confirm(question: string): Promise<void>;
}
