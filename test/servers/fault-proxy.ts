import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { tcpSettings, type TcpSettings } from './mariadb.js';
import { ProxiedConnection } from './proxied-connection.js';

export type Upstream = { host: string; port: number } | { socketPath: string };
/** `request`: from the client to the server. `reply`: back. */
export type Direction = 'request' | 'reply';

/** Where a connection ends, counted from its beginning: the server's greeting is reply 1, the log-in is request 1. */
export type Place =
  | { direction: Direction; packet: number; side: 'before' | 'after' }
  /** That many bytes are let through, which may be in the middle of a packet. */
  | { direction: Direction; bytes: number }
  /** A request that is just this SQL; `after` it has been let through its answer is not. */
  | { direction: 'request'; statement: string; side: 'before' | 'after' };

/**
 * How it ends for the client: `close` is an orderly end (FIN), `reset` an RST; with `silence` the connection stays open
 * and nothing comes through any more. The server's side is closed in good order after what it was sent.
 */
export type Ending = 'close' | 'reset' | 'silence';

export type Cut = Place & { ending?: Ending };

/** What has gone through one connection so far. */
export interface Traffic {
  requestPackets: number;
  replyPackets: number;
  requestBytes: number;
  replyBytes: number;
}

/** Stands between a client and a server on 127.0.0.1 and does to their connections what networks do. */
export class FaultProxy {
  private readonly connections: ProxiedConnection[] = [];
  private armed: { cut: Cut; then: () => void; isCut: boolean } | null = null;
  private isFrozen = false;
  delayMs = 0;

  private constructor(
    private readonly listener: Server,
    private upstream: Upstream,
  ) {
    listener.on('connection', (client) => {
      const connection = new ProxiedConnection(client, this.upstream, {
        delayMs: () => this.delayMs,
        takeCut: (isReached) => this.takeCut(isReached),
      });
      this.connections.push(connection);
      if (this.isFrozen) connection.pause();
    });
  }

  static async start(upstream: Upstream): Promise<FaultProxy> {
    // Half-open, so that one side's end does not end the other before the proxy says so.
    const listener = createServer({ allowHalfOpen: true, noDelay: true }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new FaultProxy(listener, upstream);
  }

  get port(): number {
    const address = this.listener.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has been closed');
    return address.port;
  }

  /** How to reach `database` through the proxy. */
  settings(database: string): TcpSettings {
    return tcpSettings(database, this.port);
  }

  /** Every connection so far, in the order they were opened. */
  get traffic(): readonly Traffic[] {
    return this.connections.map(({ traffic }) => traffic);
  }

  /**
   * Cuts the first connection that gets to this place, one that is open already included; just that one.
   *
   * @param then what happens at the same moment, before anything else can come through
   */
  cutOnce(cut: Cut, then: () => void = () => undefined): void {
    this.armed = { cut, then, isCut: true };
  }

  /** Does something when the first connection gets to this place, and lets it go on. */
  watchOnce(place: Place, then: () => void): void {
    this.armed = { cut: place, then, isCut: false };
  }

  /** Takes back a `cutOnce` or `watchOnce` that has not happened. */
  disarm(): void {
    this.armed = null;
  }

  /** Whether the last `cutOnce` has happened. */
  get hasCut(): boolean {
    return this.armed === null;
  }

  /** Every chunk takes this much longer, in both directions. */
  delay(milliseconds: number): void {
    this.delayMs = milliseconds;
  }

  /** Resets every open connection now. */
  resetAll(): void {
    for (const connection of this.connections) connection.end('reset');
  }

  /** From now on nothing comes through; connections are accepted and stay open. */
  freeze(): void {
    this.isFrozen = true;
    for (const connection of this.connections) connection.pause();
  }

  /** Lets through what has been held up, and all that follows. */
  thaw(): void {
    this.isFrozen = false;
    for (const connection of this.connections) connection.resume();
  }

  /** Connections opened from now on reach another server; open ones stay where they are. */
  switchTo(upstream: Upstream): void {
    this.upstream = upstream;
  }

  async close(): Promise<void> {
    this.resetAll();
    this.listener.close();
    await once(this.listener, 'close');
  }

  private takeCut(isReached: (cut: Cut) => boolean): Cut | null {
    if (this.armed === null || !isReached(this.armed.cut)) return null;
    const { cut, then, isCut } = this.armed;
    this.armed = null;
    then();
    return isCut ? cut : null;
  }
}
