import { randomBytes } from "node:crypto";

/** RFC 6455, section 5.2. */
export const Opcode = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const;

/** A frame as it is on the wire; the defaults make a proper client's frame. */
export interface RawFrame {
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  /** @default true */
  readonly fin?: boolean;
  /** The three reserved bits, 0 to 7. @default 0 */
  readonly reserved?: number;
  /** @default true */
  readonly masked?: boolean;
  /** What the head says the length is. @default the payload's */
  readonly length?: number;
}

/** A frame that came. */
export interface ReceivedFrame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly reserved: number;
  readonly masked: boolean;
  readonly payload: Buffer;
}

export function encodeFrame(frame: RawFrame): Buffer {
  const { opcode, fin = true, reserved = 0, masked = true } = frame;
  const payload = Buffer.from(frame.payload ?? "");
  const length = frame.length ?? payload.length;
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const head = lengthHead(first, length, masked ? 0x80 : 0);
  if (!masked) return Buffer.concat([head, payload]);
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, payload.map((byte, index) => byte ^ (mask[index % 4] as number))]);
}

function lengthHead(first: number, length: number, mask: number): Buffer {
  if (length < 126) return Buffer.of(first, mask | length);
  if (length < 0x1_0000) return Buffer.of(first, mask | 126, length >> 8, length & 0xff);
  const head = Buffer.alloc(10);
  head[0] = first;
  head[1] = mask | 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  #bytes: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): ReceivedFrame[] {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    const frames: ReceivedFrame[] = [];
    for (;;) {
      const frame = this.#take();
      if (frame === undefined) return frames;
      frames.push(frame);
    }
  }

  #take(): ReceivedFrame | undefined {
    const bytes = this.#bytes;
    if (bytes.length < 2) return undefined;
    const first = bytes[0] as number;
    const second = bytes[1] as number;
    const short = second & 0x7f;
    const headSize = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (bytes.length < headSize) return undefined;
    const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
    if (bytes.length < headSize + length) return undefined;
    this.#bytes = bytes.subarray(headSize + length);
    return {
      opcode: first & 0x0f,
      fin: first >= 0x80,
      reserved: (first >> 4) & 7,
      masked: second >= 0x80,
      payload: bytes.subarray(headSize, headSize + length),
    };
  }
}
