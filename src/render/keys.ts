/** A key as a terminal in raw mode sends it. Text that is typed comes as it is, a character each. */
export type Key = { text: string } | { name: KeyName };

export type KeyName =
  | 'up'
  | 'down'
  | 'pageUp'
  | 'pageDown'
  | 'home'
  | 'end'
  | 'enter'
  | 'escape'
  | 'backspace'
  | 'interrupt'
  | 'suspend';

const ESCAPE = '\u001b';

const CONTROLS: Readonly<Record<string, KeyName>> = {
  ...{ '\r': 'enter', '\n': 'enter', '\u007f': 'backspace', '\b': 'backspace' },
  ...{ '\u0003': 'interrupt', '\u001a': 'suspend' },
};

/** By what stands behind the escape; terminals differ, and each has two modes. */
const SEQUENCES: Readonly<Record<string, KeyName>> = {
  ...{ '[A': 'up', OA: 'up', '[B': 'down', OB: 'down', '[5~': 'pageUp', '[6~': 'pageDown' },
  ...{ '[H': 'home', OH: 'home', '[1~': 'home', '[F': 'end', OF: 'end', '[4~': 'end' },
};
const SEQUENCE = /^(?:\[[0-?]*[ -/]*[@-~]|O[@-~])/;
/** The beginning of one, whose rest may still be on its way. */
const BEGUN = /^(?:O|\[[0-?]*[ -/]*)?$/;

/**
 * The keys in what has arrived from a terminal; sequences that mean nothing here are left out.
 *
 * @param isAll whether nothing more is to come: then what would be the beginning of a sequence is the escape key
 */
export function keysOf(arrived: string, isAll: boolean): { keys: Key[]; rest: string } {
  const keys: Key[] = [];
  for (let left = arrived; left !== '';) {
    if (left.startsWith(ESCAPE)) {
      const behind = left.slice(1);
      if (!isAll && BEGUN.test(behind)) return { keys, rest: left };
      const sequence = SEQUENCE.exec(behind)?.[0] ?? '';
      const name = sequence === '' ? 'escape' : SEQUENCES[sequence];
      if (name !== undefined) keys.push({ name });
      left = behind.slice(sequence.length);
      continue;
    }
    const character = String.fromCodePoint(left.codePointAt(0)!);
    const name = CONTROLS[character];
    if (name !== undefined) keys.push({ name });
    else if (!/\p{Cc}/u.test(character)) keys.push({ text: character });
    left = left.slice(character.length);
  }
  return { keys, rest: '' };
}
