import { fail, note, pass, unknown, type Verdict } from '../../core/finding.js';
import { nameOfObjectType, operationLabels } from '../../core/object-types.js';
import { OPERATION_TYPES } from '../../core/operations/catalogue.js';
import { objectTypeOfTarget } from '../../core/operations/field.js';
import type { ColumnFacts, SchemaFacts } from './facts.js';
import { ruleAbout, type DoctorRule } from './rule.js';

const ENUM_COLUMNS = [
  ['object_states', 'object_type'],
  ['object_metadata', 'object_type'],
  ['cluster_operation_targets', 'target_object_type'],
] as const;

const APPEND_LABELS = 'Start sf-database of the newest release in use: it appends labels.';

/** The types of columns, which differ between releases and installations (database contract, sections 2 and 3). */
export const TYPE_RULES: readonly DoctorRule[] = [
  ruleAbout('schema', {
    id: 'enum-labels',
    severity: 'error',
    title: 'the ENUM columns have a label for everything that can be enqueued',
    why: 'An INSERT of an absent label is refused: operations of that type cannot be enqueued.',
    remedy: APPEND_LABELS,
    verdict: enumLabelVerdict,
  }),
  ruleAbout('schema', {
    id: 'unknown-labels',
    severity: 'info',
    title: 'which labels this program does not know',
    why: 'They come from a newer Shaken Fist. Each counts as an operation, so that none is overlooked as pending.',
    remedy: null,
    verdict: (schema) =>
      withEnums(schema, (enums) => {
        const labels = [...new Set(enums.flatMap(({ column }) => column.labels))];
        const foreign = operationLabels(labels).filter((label) => !KNOWN_OPERATION_LABELS.has(label));
        return foreign.length === 0
          ? pass('Every label is known.')
          : note(`Counted as operations: ${foreign.join(', ')}.`);
      }),
  }),
  ruleAbout('schema', {
    id: 'enum-agreement',
    severity: 'warning',
    title: 'the ENUM columns of all tables have the same labels',
    why: 'A type that one table knows and another does not can be written in halves only. Their order may differ.',
    remedy: APPEND_LABELS,
    verdict: (schema) =>
      withEnums(schema, (enums) => {
        const all = new Set(enums.flatMap(({ column }) => column.labels));
        const lacking = enums.flatMap(({ name, column }) => {
          const absent = [...all].filter((label) => !column.labels.includes(label));
          return absent.length === 0 ? [] : [`${name} lacks ${absent.join(', ')}`];
        });
        return lacking.length === 0
          ? pass(`${all.size} labels in ${enums.map(({ name }) => name).join(', ')}.`)
          : fail(`${lacking.join('; ')}.`);
      }),
  }),
  ruleAbout('schema', {
    id: 'uuid-columns',
    severity: 'error',
    title: 'uuid columns have a form that sf-ops understands',
    why: 'Undashed CHAR(32) or native uuid in one set of tables, dashed text in the other: a join of a third form matches nothing.',
    remedy: 'Restore the type that the schema of Shaken Fist has, or report the form as an issue of sf-ops.',
    verdict: uuidColumns,
  }),
  ruleAbout('schema', {
    id: 'collations',
    severity: 'error',
    title: 'uuid columns have one collation',
    why: 'A join of two collations is refused (error 1267), or cannot use an index.',
    remedy: 'Convert the tables to one collation: ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4 COLLATE ….',
    verdict: collations,
  }),
];

const KNOWN_OPERATION_LABELS = new Set(OPERATION_TYPES.map(({ value }) => nameOfObjectType(value)!));

export function enumLabelVerdict(schema: SchemaFacts): Verdict {
  return withEnums(schema, (enums) => {
    const untyped = enums.filter(({ column }) => column.labels.length === 0);
    if (untyped.length > 0) {
      const detail = untyped.map(({ name, column }) => `${name} is ${column.type}`).join(', ');
      const remedy = 'Restore the type that the schema of Shaken Fist has.';
      return fail(`${detail}, not an ENUM.`, { remedy });
    }
    const labelsOf = (table: string): readonly string[] =>
      enums.find(({ name }) => name.startsWith(`${table}.`))?.column.labels ?? [];
    const states = new Set(labelsOf('object_states'));
    const targets = new Set(labelsOf('cluster_operation_targets'));
    const impossible = OPERATION_TYPES.flatMap(({ value, targets: fields }) => {
      const absent = [
        ...[nameOfObjectType(value)!]
          .filter((label) => !states.has(label))
          .map((label) => `object_states lacks ${label}`),
        ...fields
          .map(objectTypeOfTarget)
          .filter((label) => !targets.has(label))
          .map((label) => `cluster_operation_targets lacks ${label}`),
      ];
      return absent.length === 0 ? [] : [`${value} (${absent.join(', ')})`];
    });
    return impossible.length === 0
      ? pass(`All ${OPERATION_TYPES.length} types of operations can be enqueued.`)
      : fail(`Cannot be enqueued: ${impossible.join('; ')}.`);
  });
}

interface EnumColumn {
  name: string;
  column: ColumnFacts;
}

function withEnums({ tables }: SchemaFacts, verdict: (enums: EnumColumn[]) => Verdict): Verdict {
  const enums = ENUM_COLUMNS.flatMap(([table, name]) => {
    const column = tables.get(table)?.columns.get(name);
    return column === undefined ? [] : [{ name: `${table}.${name}`, column }];
  });
  return enums.length === ENUM_COLUMNS.length
    ? verdict(enums)
    : unknown(`not all of ${ENUM_COLUMNS.map((names) => names.join('.')).join(', ')} can be seen`);
}

interface UuidColumn extends EnumColumn {
  dashed: boolean;
}

/** The columns that hold uuids in Shaken Fist's newest schema, as they are here. */
function uuidColumnsOf({ tables, expected }: SchemaFacts): UuidColumn[] {
  return [...expected].flatMap(([table, columns]) =>
    [...columns].flatMap(([name, type]) => {
      const column = tables.get(table)?.columns.get(name);
      if (column === undefined || !/^(var)?char\((32|36)\)$/.test(type) || !name.includes('uuid')) return [];
      return [{ name: `${table}.${name}`, column, dashed: type.endsWith('(36)') }];
    }),
  );
}

function uuidColumns(schema: SchemaFacts): Verdict {
  const columns = uuidColumnsOf(schema);
  const isUnderstood = ({ column: { type }, dashed }: UuidColumn): boolean =>
    dashed ? /^(var)?char\(36\)$/.test(type) : type === 'char(32)' || type === 'uuid';
  const strange = columns.filter((column) => !isUnderstood(column));
  if (strange.length > 0) {
    const detail = strange.map(({ name, column }) => `${name} is ${column.type}`).join(', ');
    return fail(`${detail}.`);
  }
  const undashed = columns.filter(({ dashed }) => !dashed);
  const native = undashed.filter(({ column }) => column.type === 'uuid').map(({ name }) => name);
  if (native.length === 0) return pass('Undashed uuids are CHAR(32).');
  return native.length === undashed.length
    ? pass('Undashed uuids are native uuid.')
    : fail(`CHAR(32) and native uuid are mixed; native: ${native.join(', ')}.`, {
        severity: 'warning',
        remedy: 'sf-ops copes; the joins of Shaken Fist may not.',
      });
}

function collations(schema: SchemaFacts): Verdict {
  const byCollation = new Map<string, string[]>();
  for (const { name, column } of uuidColumnsOf(schema)) {
    if (column.collation === null) continue; // a native uuid
    byCollation.set(column.collation, [...(byCollation.get(column.collation) ?? []), name]);
  }
  const found = [...byCollation.keys()];
  if (found.length === 0) return unknown('no uuid column can be seen');
  if (found.length === 1) return pass(`Every uuid column has ${found[0]}.`);
  const [, ...rarer] = [...byCollation].sort(([, a], [, b]) => b.length - a.length);
  const detail = `${found.join(', ')} are mixed: ${rarer.map(([collation, names]) => `${names.join(', ')} have ${collation}`).join('; ')}.`;
  // Between a binary collation and another one the binary wins; between two others the server refuses to choose.
  return found.filter((collation) => !collation.endsWith('_bin')).length > 1
    ? fail(detail)
    : fail(detail, { severity: 'warning' });
}
