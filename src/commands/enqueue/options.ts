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
  return Object.keys(rawRequest('', options))
    .filter((key) => key !== 'operation_type')
    .map(optionOf);
}

/** The option that gives a key of a request: `--network-uuid` for `network_uuid`. */
export function optionOf(key: string): string {
  const different: Readonly<Record<string, string>> = { tasks: 'task', coalesce: 'no-coalesce' };
  return `--${different[key] ?? key.replaceAll('_', '-')}`;
}

function nonEmpty<T>(values: readonly T[]): readonly T[] | undefined {
  return values.length === 0 ? undefined : values;
}
