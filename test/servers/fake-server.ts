import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';

const PROTOCOL_41 = 0x200;
const SSL = 0x800;
const SECURE_CONNECTION = 0x8000;
const PLUGIN_AUTH = 0x80000;

export const OK = Buffer.from('00000002000000', 'hex');
export const EOF_PACKET = Buffer.from('fe00000200', 'hex');

/** What a client at the other end meets: speaks just enough of the protocol to lie in it. */
export class FakeClient {
  /** Everything that came, since the connection was encrypted if it was. */
  readonly heard: Buffer[] = [];
  #stream: Duplex;
  #pending = Buffer.alloc(0);
  #wake = (): void => undefined;
  #ended = false;
  #sequence = 0;

  constructor(private readonly socket: Socket) {
    this.#stream = socket;
    this.#listen(socket);
  }

  /** Sends one packet; its number in the exchange follows from what went before. */
  send(payload: Buffer): boolean {
    const header = Buffer.alloc(4);
    header.writeUIntLE(payload.length, 0, 3);
    header[3] = this.#sequence++ & 255;
    return this.#stream.write(Buffer.concat([header, payload]));
  }

  /** Sends bytes as they are. */
  write(bytes: Buffer): boolean {
    return this.#stream.write(bytes);
  }

  hangUp(): void {
    this.socket.destroy();
  }

  async drained(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#stream.once('drain', resolve);
      this.socket.once('close', resolve);
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  greet({ plugin = 'mysql_native_password', ssl = false, version = '10.11.19-MariaDB' } = {}): void {
    const capabilities = PROTOCOL_41 | SECURE_CONNECTION | PLUGIN_AUTH | (ssl ? SSL : 0);
    const fixed = Buffer.alloc(8);
    fixed.writeUInt16LE(capabilities & 0xffff, 0);
    fixed[2] = 45; // utf8mb4
    fixed.writeUInt16LE(2, 3);
    fixed.writeUInt16LE(capabilities >>> 16, 5);
    fixed[7] = 21;
    this.send(
      Buffer.concat([
        Buffer.from([10]),
        Buffer.from(`${version}\0`),
        Buffer.from([1, 0, 0, 0]),
        Buffer.from('12345678\0'),
        fixed,
        Buffer.alloc(10),
        Buffer.from('abcdefghijkl\0'),
        Buffer.from(`${plugin}\0`),
      ]),
    );
  }

  refuse(errno: number, message: string): void {
    const head = Buffer.from([0xff, errno & 255, errno >> 8]);
    this.send(Buffer.concat([head, Buffer.from(`#HY000${message}`)]));
  }

  /** Asks the client to log in by another method. */
  switchTo(plugin: string, challenge: string): void {
    this.send(Buffer.concat([Buffer.from([0xfe]), Buffer.from(`${plugin}\0`), Buffer.from(challenge)]));
  }

  /** The next packet of the client, or null once it has gone. */
  async receive(): Promise<Buffer | null> {
    for (;;) {
      const length = this.#pending.length < 4 ? Infinity : this.#pending.readUIntLE(0, 3);
      if (this.#pending.length >= length + 4) {
        const packet = this.#pending.subarray(4, length + 4);
        this.#sequence = this.#pending[3]! + 1;
        this.#pending = this.#pending.subarray(length + 4);
        return packet;
      }
      if (this.#ended) return null;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Goes on encrypted, as after the client's request for it. */
  async encrypt(pem: { key: string; cert: string }): Promise<void> {
    this.socket.removeAllListeners('data');
    this.socket.pause();
    // What the client has sent already belongs to the handshake.
    this.socket.unshift(this.#pending);
    this.#pending = Buffer.alloc(0);
    this.heard.length = 0;
    const secure = new TLSSocket(this.socket, { isServer: true, secureContext: createSecureContext(pem) });
    this.#stream = secure;
    this.#listen(secure);
    await new Promise<void>((resolve) => {
      secure.once('secure', resolve);
      this.socket.once('close', resolve);
    });
  }

  #listen(stream: Duplex): void {
    const wake = (): void => this.#wake();
    stream.on('data', (chunk: Buffer) => {
      this.heard.push(chunk);
      this.#pending = Buffer.concat([this.#pending, chunk]);
      wake();
    });
    for (const event of ['end', 'close', 'error']) {
      stream.on(event, () => {
        this.#ended = true;
        wake();
      });
    }
  }
}

/** Listens on 127.0.0.1 and treats every client that comes as `behave` says. */
export class FakeServer {
  readonly clients: FakeClient[] = [];

  private constructor(private readonly listener: Server) {}

  static async start(
    behave: (client: FakeClient, number: number) => Promise<void> | void,
  ): Promise<FakeServer> {
    const listener = createServer();
    const server = new FakeServer(listener);
    listener.on('connection', (socket) => {
      socket.on('error', () => undefined);
      const client = new FakeClient(socket);
      server.clients.push(client);
      void behave(client, server.clients.length);
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return server;
  }

  get port(): number {
    return (this.listener.address() as { port: number }).port;
  }

  /** All that clients have sent. */
  get heard(): Buffer {
    return Buffer.concat(this.clients.flatMap(({ heard }) => heard));
  }

  async close(): Promise<void> {
    for (const client of this.clients) client.hangUp();
    this.listener.close();
    await once(this.listener, 'close');
  }
}
