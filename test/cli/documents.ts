import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * A block fenced with ```` ```console ````: what a person sees on a terminal. Lines that begin with `$ ` are commands,
 * the others are their output. Words after `console` say how the test treats it:
 *
 * - `exit=3`: every command of the block ends with this exit code; without it, with 0.
 * - `no-run`, or `no-run (reason)`: not run, because a sandbox cannot show it.
 */
export interface ConsoleBlock {
  /** From 1. */
  line: number;
  /** Those that run sf-ops, with continued lines joined. */
  commands: string[];
  exitCode: number;
  /** Why the block is not run, or just `no-run`; null where it is run. */
  notRun: string | null;
}

export interface Document {
  /** From the project's folder: `docs/sandbox.md`. */
  name: string;
  folder: string;
  text: string;
  blocks: ConsoleBlock[];
}

const FENCE = /^```console\b(.*)\n([\s\S]*?)^```$/gm;

/** README.md and everything below docs/. */
export function readDocuments(root: string): Document[] {
  const below = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(root, 'docs', name));
  return [join(root, 'README.md'), ...below.sort()].map((path) => {
    const text = readFileSync(path, 'utf8');
    return { name: relative(root, path), folder: join(path, '..'), text, blocks: consoleBlocks(text) };
  });
}

/** @throws Error for a word after `console` that means nothing */
export function consoleBlocks(text: string): ConsoleBlock[] {
  return [...text.matchAll(FENCE)].map((match) => {
    const [, words, body] = match as unknown as [string, string, string];
    const line = text.slice(0, match.index).split('\n').length;
    const known = /^(?:\s+exit=(\d+)|\s+(no-run)(?: \((.+)\))?)?\s*$/.exec(words);
    if (known === null) throw new Error(`line ${line}: \`\`\`console${words} is not understood`);
    return {
      line,
      commands: body
        .replaceAll(/\\\n/g, '')
        .split('\n')
        .filter((text) => text.startsWith('$ ') && /\bsf-ops\b/.test(text))
        .map((text) => text.slice(2)),
      exitCode: Number(known[1] ?? 0),
      notRun: known[3] ?? known[2] ?? null,
    };
  });
}

/** The targets of links to other files of the project, without their anchors. */
export function relativeLinks(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}
