/**
 * Controls (C0, C1, DEL), line and paragraph separators, and the marks that hide or reorder text: what a tenant may put
 * into a name, and what would otherwise move the cursor, recolour, or rewrite what the operator sees; those that Unicode
 * has set aside for more of such marks as well. The joiner that emoji are made of is harmless.
 */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}]|(?!\u200d)\p{Cf}|(?=\p{Default_Ignorable_Code_Point})\p{Cn}/gu;

/** Text that holds none of these, which is most of it. */
const ASCII = /^[ -~]*$/;

/** Text from the database, fit for a terminal: every such character becomes `?`. */
export function printable(text: string): string {
  return ASCII.test(text) ? text : text.replace(UNPRINTABLE, '?');
}

/** The same for text of several lines, with tabs between its columns. */
export function printableLines(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    character === '\n' || character === '\t' ? character : '?',
  );
}

/** JSON text in which those characters are escaped, so that nothing is lost and nothing acts. */
export function escapeUnprintable(json: string): string {
  if (ASCII.test(json)) return json;
  return json.replace(UNPRINTABLE, (character) => (character === '\n' ? character : escaped(character)));
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
