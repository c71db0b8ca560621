export const DEFAULT_CONFIG_PATH = '/etc/sf/config';

/**
 * Shaken Fist's node configuration, a systemd EnvironmentFile, read by the rules that Shaken Fist itself uses
 * (database contract, section 1): a line that starts with `#` and an empty line are skipped; everything else
 * splits at the first `=`; the value loses leading and trailing quotes. No `export`, no interpolation.
 *
 * Lines without `=` are ignored: a stray line must not take the whole tool down.
 */
export function parseSfConfig(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue;
    const separator = line.indexOf('=');
    if (separator < 1) continue;
    values.set(line.slice(0, separator).trim(), line.slice(separator + 1).replace(/^['"]+|['"]+$/g, ''));
  }
  return values;
}
