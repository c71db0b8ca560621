import { UsageError } from '../errors.js';
import type { Json } from '../json.js';
import { shown, suggestion, type Parsed } from '../parsed-value.js';
import type { Uuid } from '../uuid.js';
import type { Predecessor } from './dependencies.js';
import type { FieldName } from './field.js';
import { readFieldValue } from './field-value.js';
import type { FieldValues } from './operation.js';
import type { OperationType } from './operation-type.js';
import type { PriorityName } from './priority.js';
import { readQueue, type Queue } from './routing.js';

/** The keys of a request that every type has, beside the type's own fields. */
const COMMON_KEYS = [
  'operation_type',
  'tasks',
  'priority',
  'target',
  'family',
  'depends_on',
  'runs_after',
  'request_id',
  'uuid',
  'delay',
  'coalesce',
];

/** A longer list would hide the problems rather than name them. */
const MOST_PROBLEMS_NAMED = 12;

/** How whoever wrote a request names one of its keys: `--network-uuid` for `network_uuid`. */
export type Spelling = (key: string) => string;

/** Takes the values of one request by their keys, and remembers what was wrong with them. */
export class RequestReader {
  private readonly problems: string[];

  constructor(
    private readonly type: OperationType,
    private readonly raw: Readonly<Record<string, unknown>>,
    private readonly spell: Spelling,
  ) {
    this.problems = foreignKeys(type, raw, spell);
  }

  /** The value of a key, or `unset` when the key is absent, null or wrong. */
  optional<T, U>(key: string, read: (value: unknown) => Parsed<T>, unset: U): T | U {
    const value = this.raw[key];
    return isUnset(value) ? unset : this.accept(key, read(value), unset);
  }

  required<T, U>(key: string, read: (value: unknown) => Parsed<T>, unset: U, wanted: string): T | U {
    if (isUnset(this.raw[key])) this.problems.push(`${this.spell(key)} is missing (${wanted})`);
    return this.optional(key, read, unset);
  }

  fields(): FieldValues {
    const values: Partial<Record<FieldName, Json>> = {};
    for (const field of this.type.fields) {
      const read = (value: unknown) => readFieldValue(field, value);
      values[field.name] = field.required
        ? this.required(field.name, read, null, field.help)
        : this.optional(field.name, read, null);
    }
    return values;
  }

  /** Null when there is a problem, here or in a node_uuid without which nothing can be said. */
  queue(fields: FieldValues, tasks: readonly string[], priority: PriorityName): Queue | null {
    const ownNode = typeof fields.node_uuid === 'string' ? fields.node_uuid : null;
    if (this.type.routes[0].to === 'own-node' && ownNode === null) return null;
    const wish = { target: this.raw.target ?? null, family: this.raw.family ?? null, ownNode, tasks };
    return this.accept(null, readQueue(this.type, wish, priority), null);
  }

  /** A derived field follows from the queue; giving it is allowed, contradicting the queue is not. */
  withDerived(given: FieldValues, queue: Queue | null): FieldValues {
    const fields: Partial<Record<FieldName, Json>> = { ...given };
    for (const { name, derived } of this.type.fields) {
      if (!derived || queue === null) continue;
      const value = given[name] ?? null;
      if (value !== null && value !== queue.nodeUuid) {
        this.problems.push(
          `${this.spell(name)} ${shown(value)} contradicts ${this.spell('target')} ${shown(queue.target)}, from which it follows`,
        );
      }
      fields[name] = queue.nodeUuid;
    }
    return fields;
  }

  /** The other operations that a key names; null instead of an empty list. */
  others<T extends Predecessor>(
    key: string,
    read: (value: unknown) => Parsed<T[]>,
    self: Uuid | null,
  ): T[] | null {
    const others = this.optional(key, read, []);
    if (others.some((other) => typeof other !== 'string' && other.op_uuid === self)) {
      this.problems.push(`${this.spell(key)} names the operation itself, which would wait for ever`);
    }
    return others.length === 0 ? null : others;
  }

  get foundProblems(): boolean {
    return this.problems.length > 0;
  }

  error(): UsageError {
    const named = this.problems.slice(0, MOST_PROBLEMS_NAMED);
    const more = this.problems.length - named.length;
    const rest = more > 0 ? `; and ${more} more` : '';
    return new UsageError(`${this.type.value}: ${named.join('; ')}${rest}`);
  }

  private accept<T, U>(key: string | null, parsed: Parsed<T>, otherwise: U): T | U {
    if ('value' in parsed) return parsed.value;
    this.problems.push(key === null ? parsed.problem : `${this.spell(key)} ${parsed.problem}`);
    return otherwise;
  }
}

export function isUnset(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** The keys that the type does not have. Those that are `undefined` are options which nobody gave. */
function foreignKeys(type: OperationType, raw: Readonly<Record<string, unknown>>, spell: Spelling): string[] {
  const foreign = Object.keys(raw).filter(
    (key) =>
      raw[key] !== undefined && !COMMON_KEYS.includes(key) && !type.fields.some(({ name }) => name === key),
  );
  if (foreign.length === 0) return [];
  const own = type.fields.map((field): string => field.name);
  const known = [...own, ...COMMON_KEYS];
  return foreign.map((key) => {
    const name = spell(key) === key ? shown(key) : spell(key);
    const what = `${name} (${shown(raw[key])}) is not a field of a ${type.value}`;
    return `${what} (allowed: ${own.map(spell).join(', ')})${suggestion(key, known)}`;
  });
}
