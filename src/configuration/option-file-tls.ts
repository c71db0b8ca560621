import { ConfigurationError } from '../core/errors.js';
import type { Option } from './defaults-file.js';

/** What an option file says about TLS, in the words of `Source`. */
export interface TlsOptions {
  sslCa?: { value: string; origin: string } | undefined;
  sslCert?: { value: string; origin: string } | undefined;
  sslKey?: { value: string; origin: string } | undefined;
  sslVerify?: { value: boolean; origin: string } | undefined;
}

const HONOURED = new Set(['ssl', 'ssl-ca', 'ssl-cert', 'ssl-key', 'ssl-verify-server-cert']);
const SWITCHED = /^(?:skip-|disable-|enable-)?/;

/**
 * TLS as an option file asks for it. An option that asks for more than we do (a cipher, a revocation list, MySQL's
 * `ssl-mode`) is refused: to go on without would be less safe than whoever wrote it believes.
 *
 * @throws ConfigurationError naming the option and its place
 */
export function tlsOptionsOf(options: ReadonlyMap<string, Option>): TlsOptions {
  for (const [name, { place }] of options) {
    const plain = name.replace(SWITCHED, '');
    if (HONOURED.has(plain) || !/^(ssl|tls)/.test(plain)) continue;
    throw new ConfigurationError(`sf-ops does not have the TLS option ${name} (${place}).`, {
      hint: `It has ${[...HONOURED].join(', ')}: remove the option, or say it in a group of its own for other programs.`,
    });
  }
  // `ssl` alone asks for TLS; as without it, certificates are checked unless the file says otherwise.
  const ssl = switchOf(options, 'ssl');
  return {
    sslCa: textOf(options, 'ssl-ca'),
    sslCert: textOf(options, 'ssl-cert'),
    sslKey: textOf(options, 'ssl-key'),
    sslVerify: switchOf(options, 'ssl-verify-server-cert') ?? (ssl?.value === true ? ssl : undefined),
  };
}

function textOf(options: ReadonlyMap<string, Option>, name: string): TlsOptions['sslCa'] {
  const option = options.get(name);
  return option === undefined ? undefined : { value: option.value, origin: option.place };
}

/** A switch as the client spells it: `name`, `name=0`, `skip-name`, `disable-name`, `enable-name`. */
function switchOf(options: ReadonlyMap<string, Option>, name: string): TlsOptions['sslVerify'] {
  const off = options.get(`skip-${name}`) ?? options.get(`disable-${name}`);
  if (off !== undefined) return { value: false, origin: off.place };
  const on = options.get(name) ?? options.get(`enable-${name}`);
  return on === undefined ? undefined : { value: !/^(0|off|false|no)$/i.test(on.value), origin: on.place };
}
