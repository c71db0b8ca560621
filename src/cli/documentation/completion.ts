import type { CommandContext } from '../../commands/context.js';
import type { AnyAnswer } from '../../render/answer.js';
import { bashScript } from './completion-bash.js';
import { fishScript } from './completion-fish.js';
import { zshScript } from './completion-zsh.js';
import type { CompletionRequest } from './definitions.js';
import { completionRules } from './completion-rules.js';
import { textAnswer } from './text-answer.js';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `sf-ops completion bash` */
export async function runCompletion(
  _context: CommandContext,
  { arguments: { shell } }: CompletionRequest,
): Promise<AnyAnswer> {
  return textAnswer(SCRIPTS[shell](completionRules()));
}
