const HEADER_BYTES = 4;

/** A packet's border inside a chunk of the stream. */
export interface PacketMark {
  /** Counted from 1, in one direction of one connection. */
  packet: number;
  side: 'before' | 'after';
  /** Offset in the chunk. */
  at: number;
}

/** Finds MySQL's packets in a stream: three bytes of length, one of sequence, the payload. */
export class PacketMeter {
  /** Packets that have begun. */
  packets = 0;
  bytes = 0;
  private header = Buffer.alloc(0);
  private payloadLeft = 0;

  feed(chunk: Buffer): PacketMark[] {
    const marks: PacketMark[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.header.length === 0) marks.push({ packet: ++this.packets, side: 'before', at });
      if (this.header.length < HEADER_BYTES) {
        const part = chunk.subarray(at, at + HEADER_BYTES - this.header.length);
        this.header = Buffer.concat([this.header, part]);
        at += part.length;
        if (this.header.length < HEADER_BYTES) break;
        this.payloadLeft = this.header.readUIntLE(0, 3);
      }
      const taken = Math.min(this.payloadLeft, chunk.length - at);
      this.payloadLeft -= taken;
      at += taken;
      if (this.payloadLeft === 0) {
        marks.push({ packet: this.packets, side: 'after', at });
        this.header = Buffer.alloc(0);
      }
    }
    this.bytes += chunk.length;
    return marks;
  }
}
