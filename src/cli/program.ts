import type { CommandDefinition } from '../commands/definition.js';
import { COMMANDS } from '../commands/index.js';
import { completion, help, liveCompletion, man } from './documentation/definitions.js';

/** Everything that `sf-ops` can be told to do: the commands, and what is made from their declarations. */
export const PROGRAM: readonly CommandDefinition[] = [...COMMANDS, completion, man, help, liveCompletion];
