import { Chalk } from 'chalk';
import type { Style } from './answer.js';
import type { Look } from './look.js';

export type Paint = (text: string, style: Style | undefined) => string;

/** Colours text where colour is wanted. */
export function painter({ colorLevel }: Look): Paint {
  const chalk = new Chalk({ level: colorLevel });
  const styles: Readonly<Record<Style, (text: string) => string>> = {
    good: chalk.green,
    bad: chalk.red,
    warning: chalk.yellow,
    dim: chalk.dim,
    strong: chalk.bold,
  };
  return (text, style) => (style === undefined || text === '' ? text : styles[style](text));
}
