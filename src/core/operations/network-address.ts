import { isIP } from 'node:net';

/**
 * An IP address as Python's `ipaddress` prints it, which is what Shaken Fist stores and compares: IPv6 lower-case, its
 * longest run of zeros left out, without dots. Null for anything else, a zone (`fe80::1%eth0`) included: it names an
 * interface of one host and means nothing to another.
 */
export function canonicalIp(text: string): string | null {
  const version = text.includes('%') ? 0 : isIP(text);
  if (version === 0) return null;
  // The URL standard prints IPv6 by the same rules (RFC 5952).
  return version === 4 ? text : new URL(`http://[${text}]`).hostname.slice(1, -1);
}

const MAC_SPELLINGS = [
  /^[0-9a-f]{2}([:.-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}$/i,
  /^[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}$/i,
];

/** A MAC address with colons, lower-case, from any of its usual spellings; null for anything else. */
export function canonicalMac(text: string): string | null {
  if (!MAC_SPELLINGS.some((spelling) => spelling.test(text))) return null;
  return text
    .toLowerCase()
    .replaceAll(/[^0-9a-f]/g, '')
    .match(/../g)!
    .join(':');
}
