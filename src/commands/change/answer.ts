import { ExitCode } from '../../core/exit-codes.js';
import type { Names } from '../../core/names.js';
import type { NoChange } from '../../core/operations/change.js';
import type { ChangeOutcome } from '../../operations/change.js';
import type { Chosen } from '../../operations/choose-operations.js';
import { answerOf, type AnyAnswer, type Column } from '../../render/answer.js';

/** Nothing gives an operation that has failed back to the workers; another one like it can be made. */
const HAS_FAILED = 'it has ended: error';

/** A row of the API. */
interface ChangedRow {
  operation_uuid: string;
  from: string;
  to: string;
  queue_name: string | null;
}

interface UnchangedRow {
  operation_uuid: string;
  why: string;
}

type Row = ChangedRow | UnchangedRow;

const EXIT_CODES: Readonly<Record<NoChange['kind'], ExitCode>> = {
  already: ExitCode.OK,
  gone: ExitCode.NOT_FOUND,
  moved: ExitCode.CONFLICT,
  refused: ExitCode.REFUSED,
};

interface ChangeAnswer {
  /** `requeued` */
  verb: string;
  isRehearsal: boolean;
  unknown: Chosen['unknown'];
  names: Names;
}

/** Rows as they are done; the JSON document when all are. The exit code is the worst of them. */
export function changeAnswer(
  outcomes: AsyncIterable<ChangeOutcome>,
  { verb, isRehearsal, unknown, names }: ChangeAnswer,
): AnyAnswer {
  const done = isRehearsal ? `would be ${verb}` : verb;
  const changed: ChangedRow[] = [];
  const unchanged: UnchangedRow[] = [];
  let exitCode: ExitCode = ExitCode.OK;
  const worsen = (code: ExitCode): void => {
    if (code > exitCode) exitCode = code;
  };

  async function* rows(): AsyncGenerator<Row> {
    for (const { text, problem } of unknown) {
      worsen(problem.exitCode);
      unchanged.push({ operation_uuid: text, why: problem.message });
      yield unchanged.at(-1)!;
    }
    for await (const outcome of outcomes) {
      const { operationUuid: operation_uuid } = outcome;
      if ('kind' in outcome) {
        worsen(EXIT_CODES[outcome.kind]);
        unchanged.push({ operation_uuid, why: outcome.why });
        yield unchanged.at(-1)!;
      } else {
        const { from, to, queueName: queue_name } = outcome;
        changed.push({ operation_uuid, from, to, queue_name });
        yield changed.at(-1)!;
      }
    }
  }

  return answerOf<Row>({
    columns: columns(names),
    rows: rows(),
    json: { document: () => ({ dry_run: isRehearsal, changed, unchanged }) },
    empty: { text: `Nothing to be ${verb}: no operation matches.`, style: 'dim' },
    after: () => {
      const count = changed.length;
      const { length: left } = unchanged;
      return [`${count} ${done}${left > 0 ? `, ${left} left as ${left === 1 ? 'it is' : 'they are'}` : ''}.`];
    },
    next: () => {
      const [only, ...others] = unchanged;
      const isOver = only !== undefined && others.length + changed.length === 0 && only.why === HAS_FAILED;
      return isOver && verb === 'requeued'
        ? { label: 'Do it again', command: `sf-ops enqueue --like ${names.uuid(only.operation_uuid)}` }
        : null;
    },
    exitCode: () => exitCode,
    isReport: !isRehearsal,
    undelivered: () =>
      `stdout could not take the whole answer: ${done} ${changed.map(({ operation_uuid: uuid }) => uuid).join(' ') || 'none'}`,
  });
}

const columns = (names: Names): readonly Column<Row>[] => [
  {
    name: 'operation_uuid',
    heading: 'OPERATION',
    value: (row) => row.operation_uuid,
    display: (row) => names.uuid(row.operation_uuid),
  },
  { name: 'from', heading: 'FROM', value: (row) => ('from' in row ? row.from : null), omitEmpty: true },
  {
    name: 'to',
    heading: 'TO',
    value: (row) => ('to' in row ? row.to : null),
    omitEmpty: true,
    style: (row) => ('to' in row ? 'good' : undefined),
  },
  {
    name: 'queue_name',
    heading: 'QUEUE',
    value: (row) => ('to' in row ? row.queue_name : null),
    display: (row) => ('to' in row && row.queue_name !== null ? names.queue(row.queue_name) : '-'),
    shrink: 'middle',
    priority: 1,
    omitEmpty: true,
  },
  {
    name: 'why',
    heading: 'WHY NOT',
    value: (row) => ('why' in row ? row.why : null),
    style: () => 'warning',
    shrink: 'wrap',
    omitEmpty: true,
  },
];
