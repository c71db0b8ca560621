import { changesBetween, type Change } from '../../core/changes.js';
import { ExitCode } from '../../core/exit-codes.js';
import { watchRounds } from '../../operations/watch.js';
import { answerOf, type AnyAnswer, type Column, type Value } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import type { Watch } from './run.js';
import { byKey } from './view.js';

/** A change as it is told off a terminal. */
interface ToldChange {
  /** Unix seconds of the look that found it. */
  readonly at: number;
  readonly change: Change;
  readonly row: object;
  /** What scripts see of the row. */
  readonly columns: readonly Column<object>[];
}

/** Each change as a row, for as long as it is watched. Closes the database. */
export function changesAnswer(context: CommandContext, { view, options, database }: Watch): AnyAnswer {
  const { signal, once } = options;
  return answerOf<ToldChange>({
    columns: [
      { name: 'at', heading: 'AT', value: ({ at }) => at },
      { name: 'change', heading: 'CHANGE', value: ({ change }) => change },
      ...view.columns(context.now()).map((column, index): Column<ToldChange> => {
        const { name, heading, wideOnly = false, peopleOnly = false } = column;
        const value = ({ columns, row }: ToldChange): Value => columns[index]!.value(row);
        return { name, heading, wideOnly, peopleOnly, value };
      }),
    ],
    rows: changes(),
    record: ({ at, change, row }) => ({ at, change, ...view.documentOf(row, at) }),
    json: { rows: 'changes' },
    exitCode: () => (once || signal.aborted ? ExitCode.OK : ExitCode.DEADLINE),
  });

  async function* changes(): AsyncGenerator<ToldChange> {
    let known: ReadonlyMap<string, object> = new Map();
    let isLost = false;
    try {
      for await (const watched of watchRounds(async () => view.read(known), options)) {
        if ('trouble' in watched) {
          if (!isLost) context.note(`${watched.trouble.message} What was told is stale; asking again.`);
          isLost = true;
          continue;
        }
        if (isLost) context.note('The database answers again.');
        isLost = false;
        const { rows, ended } = watched.look;
        const after = byKey(view, rows);
        const at = context.now();
        const columns = view.columns(at);
        for (const { change, row } of changesBetween(known, after, ended, (one) => view.signatureOf(one))) {
          if (signal.aborted) return;
          yield { at, change, row, columns };
        }
        known = after;
      }
    } finally {
      await database.close();
    }
  }
}
