import type { BusType } from "./bus-type.ts";

const LENGTH_BYTES = 4;
const HEAD_BYTES = LENGTH_BYTES + 7;
const TYPE_AT = 4;
const REFERENCE_AT = 5;
const CHANNEL_LENGTH_AT = 9;

/** Bytes that a frame of this content takes. */
export function busFrameSize(channelBytes: number, dataBytes: number): number {
  return HEAD_BYTES + channelBytes + dataBytes;
}

/** Writes a frame at `at`, with a head in front of its data if there is one, and returns where the next one goes. The caller has made room for {@link busFrameSize} bytes. */
export function writeBusFrame(
  target: Buffer,
  at: number,
  type: BusType,
  reference: number,
  channel: string,
  channelBytes: number,
  data: Uint8Array | undefined,
  head?: Uint8Array,
): number {
  const channelAt = at + HEAD_BYTES;
  target[at + TYPE_AT] = type;
  target.writeUInt32LE(reference, at + REFERENCE_AT);
  target.writeUInt16LE(channelBytes, at + CHANNEL_LENGTH_AT);
  target.write(channel, channelAt, "utf8");
  let end = channelAt + channelBytes;
  if (head !== undefined) {
    target.set(head, end);
    end += head.length;
  }
  if (data !== undefined) {
    target.set(data, end);
    end += data.length;
  }
  target.writeUInt32LE(end - at - LENGTH_BYTES, at);
  return end;
}

/** A received frame, looked at in place: one object per link is moved along, and nothing is copied until asked for. */
export class BusFrame {
  #buffer: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;

  /** Points at the frame that begins at `start`. @returns where it ends, or -1 where it is not whole yet. */
  move(buffer: Buffer, start: number, available: number): number {
    if (available - start < LENGTH_BYTES) return -1;
    const end = start + LENGTH_BYTES + buffer.readUInt32LE(start);
    if (end > available) return -1;
    this.#buffer = buffer;
    this.#start = start;
    this.#end = end;
    return end;
  }

  /** Whether its lengths make sense; nothing else may be asked of one that is not. */
  get valid(): boolean {
    return (
      this.size >= HEAD_BYTES && HEAD_BYTES + this.#buffer.readUInt16LE(this.#start + CHANNEL_LENGTH_AT) <= this.size
    );
  }

  get type(): number {
    return this.#buffer[this.#start + TYPE_AT] as number;
  }

  get reference(): number {
    return this.#buffer.readUInt32LE(this.#start + REFERENCE_AT);
  }

  get channel(): string {
    const at = this.#start + HEAD_BYTES;
    return this.#buffer.toString("utf8", at, at + this.#buffer.readUInt16LE(this.#start + CHANNEL_LENGTH_AT));
  }

  /** The data's bytes, valid only until the next frame is looked at. */
  get data(): Buffer {
    return this.#buffer.subarray(
      this.#start + HEAD_BYTES + this.#buffer.readUInt16LE(this.#start + CHANNEL_LENGTH_AT),
      this.#end,
    );
  }

  get size(): number {
    return this.#end - this.#start;
  }

  /** Copies the whole frame to `target` under another type, without reference: a publication on its way out. */
  copyAs(type: BusType, target: Buffer, at: number): number {
    this.#buffer.copy(target, at, this.#start, this.#end);
    target[at + TYPE_AT] = type;
    target.writeUInt32LE(0, at + REFERENCE_AT);
    return at + this.size;
  }
}

/** Bytes that a frame at the head of `buffer` needs in all, or undefined where not even that is known. */
export function neededBytes(buffer: Buffer, start: number, available: number): number | undefined {
  return available - start < LENGTH_BYTES ? undefined : LENGTH_BYTES + buffer.readUInt32LE(start);
}
