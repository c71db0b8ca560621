/** A uuid in the form that sf-ops prints and Shaken Fist keeps in JSON: lower-case, dashed. */
export type Uuid = string;

const USUAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const DASHED = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const UNDASHED = /^[0-9a-f]{32}$/i;

/** The dashed, lower-case form of a uuid given with or without dashes; null if `text` is not a uuid. */
export function parseUuid(text: string): Uuid | null {
  if (USUAL.test(text)) return text;
  if (DASHED.test(text)) return text.toLowerCase();
  if (!UNDASHED.test(text)) return null;
  const hex = text.toLowerCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The 32 hex digits that SQLAlchemy's `Uuid()` columns hold (database contract, section 2). */
export function undashed(uuid: Uuid): string {
  return uuid.length === 36
    ? uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24)
    : uuid.replaceAll('-', '');
}

/** Shaken Fist accepts version 4 of RFC 4122's variant only, for everything that it makes itself. */
export function isVersion4(uuid: Uuid): boolean {
  return uuid[14] === '4' && /[89ab]/.test(uuid[19] ?? '');
}
