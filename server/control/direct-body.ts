import type { Frame } from "../../shared/message.ts";
import { DIRECT_CHANNEL } from "../../shared/message.ts";
import type { Connection } from "../connection/connection.ts";
import { EventFrames, type EventFramesOptions } from "../pubsub/event-frames.ts";

/** What a body is that connections are sent: a text, bytes, or a value written as JSON or as MessagePack. */
export type BodyKind = "text" | "bytes" | "json" | "msgpack";

/** A body as it came. What is no text, no JSON, or no MessagePack has been refused before. */
export interface Body {
  readonly kind: BodyKind;
  readonly bytes: Uint8Array;
}

/** One body for many connections: made into what each of them understands, once for all of a kind. */
export class DirectBody {
  readonly #frames: EventFrames;
  #binary: Frame | undefined;
  #text: Frame | undefined;

  constructor(body: Body, options: EventFramesOptions) {
    this.#frames = new EventFrames(options, DIRECT_CHANNEL, packed(body, options), undefined);
  }

  /** Sends it at once, behind what has gathered. */
  sendTo(connection: Connection): void {
    if (connection.binary) this.#binary ??= this.#frames.binary(undefined);
    else this.#text ??= this.#frames.text(undefined);
    connection.sendFrame((connection.binary ? this.#binary : this.#text) as Frame);
  }
}

function packed({ kind, bytes }: Body, { pack }: EventFramesOptions): Uint8Array {
  switch (kind) {
    case "msgpack":
      return bytes;
    case "bytes":
      return pack.pack(bytes);
    case "text":
      return pack.pack(Buffer.from(bytes).toString());
    case "json":
      return pack.pack(JSON.parse(Buffer.from(bytes).toString()));
  }
}
