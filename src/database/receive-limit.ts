import type { Duplex } from 'node:stream';

/**
 * Counts what a server sends. The driver keeps all of an answer in memory, and a server that is hostile, or has been
 * asked for too much, could go on for ever.
 */
export class ReceiveLimit {
  #left = Infinity;
  #exceeded = (): void => undefined;

  /** Counts what arrives on this stream; another one takes its place when a connection is encrypted. */
  watch(stream: Duplex): void {
    stream.on('data', (chunk: Buffer) => {
      this.#left -= chunk.length;
      if (this.#left < 0) this.#exceeded();
    });
  }

  /** From now on so many bytes may come until `exceeded` is called. */
  allow(bytes: number, exceeded: () => void): void {
    this.#left = bytes;
    this.#exceeded = exceeded;
  }
}
