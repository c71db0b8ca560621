import { FIELDS, type EnqueueCommandOptions } from './definition.js';

/** The request as a line of `--file` would give it. */
export function rawRequest(operationType: string, options: EnqueueCommandOptions): Record<string, unknown> {
  const given: Record<string, unknown> = { operation_type: operationType };
  for (const [option, field] of FIELDS) given[field.name] = options[option];
  const { task, priority, target, family, dependsOn, runsAfter, requestId, uuid, delay, noCoalesce } =
    options;
  Object.assign(given, {
    tasks: nonEmpty(task),
    priority,
    target,
    family,
    depends_on: nonEmpty(dependsOn),
    runs_after: nonEmpty(runsAfter),
    request_id: requestId,
    uuid,
    delay,
    coalesce: noCoalesce ? false : undefined,
  });
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Those of the options that describe an operation which were given: `--task`, `--no-coalesce`, … */
export function givenOptions(options: EnqueueCommandOptions): string[] {
  const spelled: Readonly<Record<string, string>> = { tasks: 'task', coalesce: 'no-coalesce' };
  const given = Object.keys(rawRequest('', options)).filter((key) => key !== 'operation_type');
  return given.map((key) => `--${spelled[key] ?? key.replaceAll('_', '-')}`);
}

function nonEmpty<T>(values: readonly T[]): readonly T[] | undefined {
  return values.length === 0 ? undefined : values;
}
