import { smokeTest, type SmokeStep } from '../../audit/smoke.js';
import { ExitCode } from '../../core/exit-codes.js';
import { answerOf, type AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';

export async function run(context: CommandContext): Promise<AnyAnswer> {
  const steps = await smokeTest(await context.database(), () => context.now());
  const ok = steps.every(({ result }) => result === 'pass');
  return answerOf<SmokeStep>({
    columns: [
      {
        name: 'result',
        heading: '',
        value: ({ result }) => result,
        style: ({ result }) => (result === 'pass' ? 'good' : 'bad'),
      },
      { name: 'step', heading: '', value: ({ step }) => step },
      { name: 'detail', heading: '', value: ({ detail }) => detail, shrink: 'wrap', least: 20 },
    ],
    rows: steps,
    json: { document: () => ({ ok, steps }) },
    before: () => [
      ok
        ? { text: 'ok: it works, and nothing was kept', style: 'good' }
        : { text: 'not ok: see which step failed', style: 'bad' },
    ],
    indent: 2,
    exitCode: ok ? ExitCode.OK : ExitCode.NO,
  });
}
