import { basename, relative } from 'node:path';
import { Script } from 'node:vm';
import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  DryRunStatus,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { bundlePureTests } from './pure-tests.mjs';

/** After this, what should take milliseconds counts as endless, on however busy a machine. */
const FOREVER_MS = 5000;

/** StrykerJS's test runner for the pure tests: loads them within this process, as often as there are mutants. */
class PureTestRunner {
  #bundles = [];
  /** Test → milliseconds that it took without a mutant. */
  #usual = new Map();
  /** What the instrumented code talks to. Each load of it keeps this very object. */
  #switch = (globalThis.__stryker__ ??= {});

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    this.#bundles = await bundlePureTests();
  }

  async dryRun() {
    this.#switch.mutantCoverage = { static: {}, perTest: {} };
    const tests = [];
    for (const { file, load } of this.#bundles) {
      this.#switch.currentTestId = undefined;
      for (const test of load()) {
        this.#switch.currentTestId = test.id;
        const result = await resultOf(test, file);
        this.#usual.set(test.id, result.timeSpentMs);
        tests.push(result);
      }
    }
    const { mutantCoverage } = this.#switch;
    this.#switch.mutantCoverage = undefined;
    return { status: DryRunStatus.Complete, tests, mutantCoverage };
  }

  async mutantRun({ activeMutant, mutantActivation, sandboxFileName, testFilter, hitLimit }) {
    const tests = [];
    // A hundred times the hits of the first run, as StrykerJS allows, is for properties that shrink.
    const limit = hitLimit === undefined ? {} : { hitCount: 0, hitLimit: hitLimit / 10 };
    Object.assign(this.#switch, { hitCount: undefined, hitLimit: undefined }, limit);
    for (const { file, load } of this.#related(relative('.', sandboxFileName), testFilter)) {
      this.#switch.activeMutant = mutantActivation === 'static' ? activeMutant.id : undefined;
      const loaded = loadOrFail(() => within(FOREVER_MS, load), file);
      this.#switch.activeMutant = activeMutant.id;
      for (const test of loaded) {
        if (testFilter !== undefined && !testFilter.includes(test.id)) continue;
        tests.push(await resultOf(test, file, FOREVER_MS + 3 * (this.#usual.get(test.id) ?? 0)));
        if (tests.at(-1).status === TestStatus.Failed) return this.#result(tests);
      }
    }
    return this.#result(tests);
  }

  #result(tests) {
    const { hitCount, hitLimit } = this.#switch;
    this.#switch.activeMutant = undefined;
    const result = determineHitLimitReached(hitCount, hitLimit) ?? { status: DryRunStatus.Complete, tests };
    return toMutantRunResult(result);
  }

  /**
   * The bundles with the mutated file in them and some of the chosen tests: its own tests first, then small bundles,
   * because they are the likeliest to notice.
   */
  #related(mutated, testFilter) {
    const own = basename(mutated, '.ts');
    const distance = ({ file, sources }) => (basename(file, '.test.ts') === own ? 0 : sources.size);
    const isChosen = ({ file }) => testFilter?.some((id) => id.startsWith(`${file} › `)) ?? true;
    return this.#bundles
      .filter((bundle) => bundle.sources.has(mutated) && isChosen(bundle))
      .sort((a, b) => distance(a) - distance(b));
  }
}

/** Modules that cannot even be loaded with a mutant in them have noticed it. */
function loadOrFail(load, file) {
  try {
    return load();
  } catch (error) {
    const fail = () => {
      throw error;
    };
    return [{ id: file, title: file, run: fail }];
  }
}

const call = new Script('globalThis.pureTest()');

/** What `run` returns. Throws where it takes longer: a loop that has lost its end cannot be left in another way. */
function within(milliseconds, run) {
  globalThis.pureTest = run;
  return call.runInThisContext(milliseconds === undefined ? {} : { timeout: Math.ceil(milliseconds) });
}

async function resultOf({ id, title, run }, fileName, milliseconds) {
  const started = performance.now();
  const test = { id, name: title, fileName };
  try {
    await within(milliseconds, run);
    return { ...test, status: TestStatus.Success, timeSpentMs: performance.now() - started };
  } catch (error) {
    const timeSpentMs = performance.now() - started;
    return {
      ...test,
      status: TestStatus.Failed,
      timeSpentMs,
      failureMessage: String(error?.message ?? error),
    };
  }
}

export const strykerPlugins = [
  declareFactoryPlugin(PluginKind.TestRunner, 'pure', () => new PureTestRunner()),
];
