import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'drizzle-orm';
import {
  answered,
  askTogether,
  optionalQuestion,
  question,
  runTogether,
} from '../../src/database/questions.js';
import { Site } from '../fixtures/site.js';

let site: Site;
beforeAll(async () => {
  site = await Site.create();
});
afterAll(async () => site.close());

const numbers = (rows: { n: number }[]): number[] => rows.map(({ n }) => n);

test('several questions take one round trip, and each gets its own rows', async () => {
  const session = await site.database().session();
  const before = session.statements;
  const answers = await askTogether(session, {
    two: question(sql`SELECT 1 AS n UNION ALL SELECT ${2}`, numbers),
    none: question(sql`SELECT 1 AS n FROM DUAL WHERE 0`, numbers),
    known: answered('yes'),
    text: question(sql`SELECT ${"it's; END -- \\"} AS t`, (rows: { t: string }[]) => rows[0]!.t),
  });
  expect(answers).toEqual({ two: [1, 2], none: [], known: 'yes', text: "it's; END -- \\" });
  expect(session.statements - before).toBe(1);
});

test('one question alone, and none', async () => {
  const session = await site.database().session();
  expect(await askTogether(session, { one: question(sql`SELECT 7 AS n`, numbers) })).toEqual({ one: [7] });
  expect(await askTogether(session, { known: answered(1) })).toEqual({ known: 1 });
});

test('a table that is not there is an answer where that is expected, and an error elsewhere', async () => {
  const session = await site.database().session();
  const statement = sql`SELECT n FROM nowhere`;
  expect(
    await askTogether(session, {
      missing: optionalQuestion(statement, numbers, null),
      after: question(sql`SELECT 3 AS n`, numbers),
    }),
  ).toEqual({ missing: null, after: [3] });
  await expect(askTogether(session, { missing: question(statement, numbers) })).rejects.toThrow();
});

test('what runs before is seen, and a statement that fails ends the rest', async () => {
  const session = await site.database().session();
  const config = (key: string) =>
    sql`INSERT INTO cluster_config (key_name, value_json, updated_at) VALUES (${key}, '1', 0)`;
  const count = question(sql`SELECT COUNT(*) AS n FROM cluster_config`, numbers);
  expect(await askTogether(session, { count }, [config('a'), config('b')])).toEqual({ count: [2] });
  await expect(runTogether(session, [config('c'), config('a'), config('d')])).rejects.toThrow();
  expect(await askTogether(session, { count })).toEqual({ count: [3] });
});
