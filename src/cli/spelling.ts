import type { ArgumentDefinition, CommandDefinition, OptionDefinition } from '../commands/definition.js';

/** `olderThan` → `--older-than`. */
export function flagOf(name: string): string {
  return `--${kebab(name)}`;
}

/** `objectType` → `object-type`. */
export function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `olderThan` → `SF_OPS_OLDER_THAN`; null for an option without an environment twin. */
export function twinOf(name: string, { hasTwin = true }: OptionDefinition): string | null {
  return hasTwin ? `SF_OPS_${kebab(name).replaceAll('-', '_').toUpperCase()}` : null;
}

/** `<uuid>`, `[network...]` */
export function argumentTerm(name: string, { required, variadic }: ArgumentDefinition): string {
  const word = `${kebab(name)}${variadic ? '...' : ''}`;
  return required ? `<${word}>` : `[${word}]`;
}

/** `sf-ops latest <object-type> <uuid> [options]` */
export function usageOf({ name, arguments: declared, options }: CommandDefinition): string {
  const words = Object.entries(declared).map(([argument, definition]) => argumentTerm(argument, definition));
  return ['sf-ops', name, ...words, ...(Object.keys(options).length > 0 ? ['[options]'] : [])].join(' ');
}
