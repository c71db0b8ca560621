import { Option, type Command } from 'commander';
import { FAMILIES } from '../../core/operations/operation-type.js';
import { OPERATION_TYPES } from '../../core/operations/catalogue.js';
import type { Field } from '../../core/operations/field.js';
import { PRIORITY_NAMES } from '../../core/operations/priority.js';

/** The options of `enqueue` that describe the operation, as commander names them; the fields' own come beside them. */
export interface OperationOptions extends Readonly<Record<string, unknown>> {
  task?: string[];
  priority?: string;
  target?: string;
  family?: string;
  dependsOn?: string[];
  runsAfter?: string[];
  requestId?: string;
  uuid?: string;
  delay?: string;
  coalesce: boolean;
}

/** Declares one option for each field of the catalogue, and those that every operation has. */
export function declareOperationOptions(command: Command): void {
  for (const field of allFields()) {
    const value = field.kind.endsWith('-list') ? 'json' : field.kind;
    command.addOption(new Option(`${field.option} <${value}>`, field.help).helpGroup('Fields:'));
  }
  const collect = (value: string, previous: string[] | undefined): string[] => [...(previous ?? []), value];
  command
    .option('--task <task>', 'what to do; may be repeated', collect)
    .option('--priority <priority>', `${PRIORITY_NAMES.join(', ')} (user_facing)`)
    .option(
      '--target <target>',
      'networknode, any, or a node, for types that can be sent to more than one place',
    )
    .option('--family <family>', `${FAMILIES.join(' or ')}, if the target does not decide it`)
    .option('--depends-on <type:uuid>', 'operation that must complete first; may be repeated', collect)
    .option(
      '--runs-after <type:uuid>',
      'operation that must end first, or: latest, pending; may be repeated',
      collect,
    )
    .option('--request-id <id>', 'request to which the operation belongs')
    .option('--uuid <v4>', 'uuid of the operation: makes a repeat of the same command harmless')
    .option('--delay <seconds>', 'do not begin before')
    .option('--no-coalesce', 'enqueue a new operation even if one that waits would do');
}

/** The request as a line of `--file` would give it. */
export function rawRequest(operationType: string, options: OperationOptions): Record<string, unknown> {
  const given: Record<string, unknown> = { operation_type: operationType };
  for (const field of allFields()) given[field.name] = options[attribute(field)];
  const { task, priority, target, family, dependsOn, runsAfter, requestId, uuid, delay, coalesce } = options;
  Object.assign(given, {
    tasks: task,
    priority,
    target,
    family,
    depends_on: dependsOn,
    runs_after: runsAfter,
  });
  Object.assign(given, { request_id: requestId, uuid, delay, coalesce: coalesce ? undefined : false });
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Those of the options that describe an operation which were given: `--task`, `--no-coalesce`, … */
export function givenOptions(options: OperationOptions): string[] {
  const spelled: Readonly<Record<string, string>> = { tasks: 'task', coalesce: 'no-coalesce' };
  const given = Object.keys(rawRequest('', options)).filter((key) => key !== 'operation_type');
  return given.map((key) => `--${spelled[key] ?? key.replaceAll('_', '-')}`);
}

/** The help for the types: what each takes, derived from its declaration. */
export function describeTypes(): string {
  const lines = OPERATION_TYPES.map((type) => {
    const fields = type.fields
      .filter(({ derived }) => !derived)
      .map(({ option, required }) => (required ? option : `[${option}]`));
    return `  ${type.value}\n      ${type.summary}\n      ${fields.join(' ')}\n      tasks: ${type.tasks.join(', ')}`;
  });
  return `\nOperation types:\n${lines.join('\n')}`;
}

/** Every field of the catalogue once, in the order of first use; a derived one is never chosen by anybody. */
function allFields(): Field[] {
  const fields = OPERATION_TYPES.flatMap((type) => type.fields).filter(({ derived }) => !derived);
  return [...new Map(fields.map((field) => [field.name, field])).values()];
}

function attribute(field: Field): string {
  return new Option(field.option).attributeName();
}
