import { sql } from 'drizzle-orm';
import {
  describeAddress,
  type ConnectionSettings,
  type ServerAddress,
} from '../../configuration/connection-settings.js';
import type { ClockComparison, ServerProbe, ProbedServer } from '../doctor/facts.js';
import { UnavailableError } from '../../core/errors.js';
import { connectionFailure } from '../../database/failure.js';
import { reach } from '../../database/open-session.js';
import type { Session, SessionOptions } from '../../database/session.js';
import { readGaleraNode } from './galera-node.js';
import { globalVariables } from '../../database/server-variables.js';

/** Seconds that one statement of a probe may take: a server that needs longer for its own counters is not well. */
const STATEMENT_SECONDS = 5;
const CLOCK_SAMPLES = 3;

interface AnnouncingProbe extends ServerProbe {
  /** Where the Galera node says that the others are. */
  announced: ServerAddress[];
}

/**
 * Looks at every server that the settings name and at every Galera node that those announce, fit or not, all at once.
 * A node that is reached by two addresses is listed once.
 *
 * @param now unix seconds on this machine's clock
 */
export async function probeServers(
  settings: ConnectionSettings,
  options: SessionOptions,
  now: () => number,
): Promise<ServerProbe[]> {
  const probeAll = async (addresses: readonly ServerAddress[], given: boolean): Promise<AnnouncingProbe[]> =>
    Promise.all(distinct(addresses).map(async (address) => probe(settings, address, given, options, now)));

  const named = await probeAll(settings.addresses, true);
  const seen = new Set(named.map(({ address }) => address));
  const others = named
    .flatMap(({ announced }) => announced)
    .filter((address) => !seen.has(describeAddress(address)));
  const probes = [...named, ...(await probeAll(others, false))];
  const known = new Set<string>();
  return probes
    .filter(({ given, outcome }) => {
      if (!('value' in outcome)) return true;
      const isRepeated = known.has(outcome.value.identity);
      known.add(outcome.value.identity);
      return given || !isRepeated;
    })
    .map(({ address, given, outcome }) => ({ address, given, outcome }));
}

async function probe(
  settings: ConnectionSettings,
  address: ServerAddress,
  given: boolean,
  options: SessionOptions,
  now: () => number,
): Promise<AnnouncingProbe> {
  const limits = {
    ...options.limits,
    statementSeconds: Math.min(STATEMENT_SECONDS, options.limits.statementSeconds),
  };
  const where = { address: describeAddress(address), given };
  try {
    const { session, identity } = await reach(settings, address, { ...options, limits });
    try {
      const galera = identity.galera === null ? null : await readGaleraNode(session, identity.galera);
      const server: ProbedServer = {
        node: identity.node,
        version: identity.version,
        identity: galera?.memberUuid ?? (await serverIdentity(session)),
        clock: await readClock(session, now),
        galera: galera?.node ?? null,
      };
      return { ...where, outcome: { value: server }, announced: galera?.announced ?? [] };
    } finally {
      session.close();
    }
  } catch (error) {
    const failure = connectionFailure(error, options.signal);
    if (!(failure instanceof UnavailableError)) throw failure;
    return { ...where, outcome: { unknown: failure.message }, announced: [] };
  }
}

/** The best of a few readings: a short round trip leaves little room for error. */
async function readClock(session: Session, now: () => number): Promise<ClockComparison> {
  const readings: ClockComparison[] = [];
  for (let sample = 0; sample < CLOCK_SAMPLES; sample += 1) {
    const before = now();
    const [row] = await session.rows<{ clock: string }>(sql`SELECT @@timestamp AS clock`);
    const after = now();
    readings.push({
      skewSeconds: Number(row!.clock) - (before + after) / 2,
      uncertaintySeconds: (after - before) / 2,
    });
  }
  return readings.reduce((best, reading) =>
    reading.uncertaintySeconds < best.uncertaintySeconds ? reading : best,
  );
}

/** What tells one standalone server from another, on one machine too; its own `server_uid` is that of the machine. */
async function serverIdentity(session: Session): Promise<string> {
  const variables = await globalVariables(session, ['hostname', 'port', 'socket', 'datadir', 'server_uid']);
  return [...variables]
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(' ');
}

function distinct(addresses: readonly ServerAddress[]): ServerAddress[] {
  return [...new Map(addresses.map((address) => [describeAddress(address), address])).values()];
}
