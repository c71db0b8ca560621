import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from '@jest/globals';

/** [what it does, where, the text, the rule that must refuse it] */
const REFUSED: readonly [string, string, string, string][] = [
  ['core reads the clock', 'src/core/probe.ts', 'export const t = Date.now();', 'no-restricted-properties'],
  ['core makes a date of now', 'src/core/probe.ts', 'export const t = new Date();', 'no-restricted-syntax'],
  ['core asks for the date', 'src/core/probe.ts', 'export const t = Date();', 'no-restricted-syntax'],
  ['core measures time', 'src/core/probe.ts', 'export const t = performance.now();', 'no-restricted-globals'],
  ['core is random', 'src/core/probe.ts', 'export const r = Math.random();', 'no-restricted-properties'],
  ['core makes uuids', 'src/core/probe.ts', 'export const u = crypto.randomUUID();', 'no-restricted-globals'],
  ['core reads the process', 'src/core/probe.ts', 'export const e = process.env;', 'no-restricted-globals'],
  ['core waits', 'src/core/probe.ts', 'setTimeout(() => 0, 1);', 'no-restricted-globals'],
  ['core reads files', 'src/core/probe.ts', "import 'node:fs';", 'no-restricted-imports'],
  ['core uses a package', 'src/core/probe.ts', "import 'drizzle-orm';", 'no-restricted-imports'],
  ['core loads on demand', 'src/core/probe.ts', "void import('./uuid.js');", 'no-restricted-syntax'],
  ['deep in core, the clock', 'src/core/operations/probe.ts', 'Date.now();', 'no-restricted-properties'],
  ['deep in core, files', 'src/core/operations/probe.ts', "import 'node:fs';", 'no-restricted-imports'],
  ['a rule reads the clock', 'src/audit/rules/probe.ts', 'Date.now();', 'no-restricted-properties'],
  ['a rule asks', 'src/audit/rules/probe.ts', "import '../facts/answer.js';", 'no-restricted-imports'],
  [
    'a rule of doctor asks',
    'src/audit/doctor/probe.ts',
    "import '../../database/database.js';",
    'no-restricted-imports',
  ],
  [
    'a judge of preflight asks',
    'src/migrations/preflight/verdicts/probe.ts',
    "import '../../../database/database.js';",
    'no-restricted-imports',
  ],
  [
    'a judge of preflight knows the servers',
    'src/migrations/preflight/verdicts/probe.ts',
    "import '../../servers.js';",
    'no-restricted-imports',
  ],
  [
    'a judge of preflight reads the clock',
    'src/migrations/preflight/verdicts/probe.ts',
    'Date.now();',
    'no-restricted-properties',
  ],
  [
    'core imports upwards',
    'src/core/gate/probe.ts',
    "import '../../gate/evidence.js';",
    'no-restricted-imports',
  ],
  ['database decides', 'src/database/probe.ts', "import '../gate/evidence.js';", 'no-restricted-imports'],
  [
    'a query renders',
    'src/database/queries/probe.ts',
    "import '../../render/look.js';",
    'no-restricted-imports',
  ],
  ['a use case renders', 'src/operations/probe.ts', "import '../render/look.js';", 'no-restricted-imports'],
  ['render asks', 'src/render/probe.ts', "import '../database/database.js';", 'no-restricted-imports'],
  [
    'a command knows the program',
    'src/commands/x/probe.ts',
    "import '../../cli/cli.js';",
    'no-restricted-imports',
  ],
  ['the environment', 'src/database/probe.ts', 'export const e = process.env;', 'no-restricted-properties'],
  ['printing', 'src/commands/x/probe.ts', 'console.log(1);', 'no-console'],
];

/** What the same files may do. */
const ALLOWED: readonly [string, string, string][] = [
  [
    'core computes',
    'src/core/probe.ts',
    "import { isIP } from 'node:net';\nexport const d = new Date(isIP(''));",
  ],
  ['rules share', 'src/audit/rules/probe.ts', "import '../doctor/rule.js';\nimport '../../core/uuid.js';"],
  [
    'verdicts of preflight use core',
    'src/migrations/preflight/verdicts/probe.ts',
    "import '../rule.js';\nimport '../../../core/uuid.js';",
  ],
  ['core uses core', 'src/core/gate/probe.ts', "import '../operations/state.js';"],
  ['a use case reads the clock', 'src/operations/probe.ts', 'export const t = Date.now();'],
  ['configuration reads the environment', 'src/configuration/probe.ts', 'export const e = process.env;'],
  ['a command renders', 'src/commands/x/probe.ts', "import '../../render/answer.js';"],
];

let found: string[][];
beforeAll(() => {
  const probes = [...REFUSED, ...ALLOWED].map(([, path, text]) => [path, `${text}\n`]);
  const output = execFileSync(process.execPath, ['test/structure/lint-probes.mjs'], {
    input: JSON.stringify(probes),
    encoding: 'utf8',
  });
  found = JSON.parse(output) as string[][];
});

describe('the linter refuses', () => {
  test.each(REFUSED.map(([what, , , rule], index) => [what, rule, index] as const))(
    '%s (%s)',
    (_, rule, index) => {
      expect(found[index]).toContain(rule);
    },
  );
});

describe('the linter allows', () => {
  test.each(ALLOWED.map(([what], index) => [what, REFUSED.length + index] as const))('%s', (_, index) => {
    expect(found[index]).toEqual([]);
  });
});
