import { createConnection, type Socket } from 'node:net';
import type { Cut, Direction, Ending, Traffic, Upstream } from './fault-proxy.js';
import { PacketMeter, type PacketMark } from './packet-meter.js';

export interface Faults {
  delayMs(): number;
  /** Hands over the planned cut, if `isReached` says that this is its place. */
  takeCut(isReached: (cut: Cut) => boolean): Cut | null;
}

/** One client's connection and its counterpart to the server. */
export class ProxiedConnection {
  private readonly server: Socket;
  private readonly meters = { request: new PacketMeter(), reply: new PacketMeter() };
  /** Chunks leave in the order they came, each when its delay is over. */
  private readonly queues = { request: Promise.resolve(), reply: Promise.resolve() };
  private isCut = false;

  constructor(
    private readonly client: Socket,
    upstream: Upstream,
    private readonly faults: Faults,
  ) {
    this.server =
      'socketPath' in upstream
        ? createConnection({ path: upstream.socketPath, allowHalfOpen: true })
        : createConnection({ ...upstream, allowHalfOpen: true, noDelay: true });
    this.connect('request', client, this.server);
    this.connect('reply', this.server, client);
  }

  get traffic(): Traffic {
    const { request, reply } = this.meters;
    return {
      requestPackets: request.packets,
      replyPackets: reply.packets,
      requestBytes: request.bytes,
      replyBytes: reply.bytes,
    };
  }

  pause(): void {
    this.client.pause();
    this.server.pause();
  }

  resume(): void {
    this.client.resume();
    this.server.resume();
  }

  end(ending: Ending): void {
    this.isCut = true;
    if (ending === 'silence') return;
    // In good order, also when the client's side is torn: a reset could take back a request that was let through.
    this.server.end();
    if (ending === 'reset') reset(this.client);
    else this.client.end();
  }

  private connect(direction: Direction, source: Socket, sink: Socket): void {
    source.on('data', (chunk: Buffer) => this.later(direction, () => this.forward(direction, chunk, sink)));
    source.on('end', () => this.later(direction, () => void (this.isCut || sink.end())));
    // The client must learn of a server that is gone, and the other way round, in the way that the proxy did.
    source.on('error', () => (this.isCut ? undefined : reset(sink)));
  }

  private later(direction: Direction, action: () => void): void {
    const due = performance.now() + this.faults.delayMs();
    this.queues[direction] = this.queues[direction].then(async () => {
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      action();
    });
  }

  private forward(direction: Direction, chunk: Buffer, sink: Socket): void {
    if (this.isCut) return;
    const meter = this.meters[direction];
    const bytesBefore = meter.bytes;
    const marks = meter.feed(chunk);
    let place: number | null = null;
    const cut = this.faults.takeCut((candidate) => {
      place = offsetOf(candidate, direction, marks, bytesBefore, chunk);
      return place !== null;
    });
    const passed = cut === null || place === null ? chunk.length : place;
    if (passed > 0) sink.write(chunk.subarray(0, passed));
    if (cut !== null) this.end(cut.ending ?? 'close');
  }
}

/** A unix socket knows no reset; to close it without having read everything comes to the same. */
function reset(socket: Socket): void {
  if (socket.remotePort === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

/** Before the SQL of a request: the packet's header, and the byte that says that it is a statement. */
const BYTES_BEFORE_STATEMENT = 5;

/** Where in the chunk the cut is; null if it is not in it. */
function offsetOf(
  cut: Cut,
  direction: Direction,
  marks: readonly PacketMark[],
  bytesBefore: number,
  chunk: Buffer,
): number | null {
  if (cut.direction !== direction) return null;
  if ('bytes' in cut) {
    const offset = cut.bytes - bytesBefore;
    return offset >= 0 && offset <= chunk.length ? offset : null;
  }
  if ('statement' in cut) {
    // A client that waits for every answer sends one statement at a time, so that a short one is a chunk of its own.
    if (chunk.toString('latin1', BYTES_BEFORE_STATEMENT) !== cut.statement) return null;
    return cut.side === 'before' ? 0 : chunk.length;
  }
  return marks.find(({ packet, side }) => packet === cut.packet && side === cut.side)?.at ?? null;
}
