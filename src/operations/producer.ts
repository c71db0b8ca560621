import { hostname, userInfo } from 'node:os';
import type { Producer } from './enqueue/audit.js';

/** Who runs this program. An account without a name, as in many containers, is its number. */
export function thisProducer(): Producer {
  return { fqdn: hostname(), user: accountName() };
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
