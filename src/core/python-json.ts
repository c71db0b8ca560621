import { isRecord, type Json } from './json.js';

/**
 * The text that Python's `json.dumps(value)` gives with its defaults: `, ` and `: ` between items, everything outside
 * printable ASCII escaped. SQLAlchemy's JSON type writes so, hence every JSON column that Shaken Fist fills.
 *
 * JavaScript has one kind of number: a whole one that it holds exactly is written as Python's `int`, every other as
 * Python's `float`. Throws a `RangeError` for NaN and the infinities, which no JSON column accepts.
 */
export function pythonJson(value: Json): string {
  if (typeof value === 'string') return asciiString(value);
  if (typeof value === 'number') return pythonNumber(value);
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  let text = '';
  for (const key in value) {
    const item = value[key];
    if (item !== undefined) text += `${text === '' ? '' : ', '}${asciiString(key)}: ${pythonJson(item)}`;
  }
  return `{${text}}`;
}

/** Text that is the same in JSON, between quotes. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** `JSON.stringify` agrees with Python on all of ASCII but DEL, which Python escapes too. */
function asciiString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function pythonNumber(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} has no form in JSON`);
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  return pythonFloat(value);
}

/** `float.__repr__`: the shortest digits that round-trip, as in JavaScript, but with an exponent below 1e-4 and from 1e16. */
function pythonFloat(value: number): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa = '0', power = '0'] = Math.abs(value).toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const digits = mantissa.replace('.', '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}
