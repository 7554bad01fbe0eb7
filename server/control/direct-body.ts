import { toJson } from "../../shared/json-codec.ts";
import { DIRECT_CHANNEL, type Frame } from "../../shared/message.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import { portable } from "../../shared/portable.ts";
import type { Connection } from "../connection/connection.ts";
import { RawConnection } from "../gateway/raw-connection.ts";
import { packedData } from "../packed-data.ts";
import { EventFrames, type EventFramesOptions } from "../pubsub/event-frames.ts";

/**
 * What a body is that connections are sent: a text, bytes, a value written as JSON or as MessagePack, which raw connections
 * get as it is written; or what an application gives, as MessagePack: of that they get texts and bytes as they are, and
 * anything else as JSON.
 */
export type BodyKind = "text" | "bytes" | "json" | "msgpack" | "value";

/** A body as it came. What is no text, no JSON, or no MessagePack has been refused before. */
export interface Body {
  readonly kind: BodyKind;
  readonly bytes: Uint8Array;
}

/** What an application sends. @throws AppError `BAD_REQUEST` where it cannot be encoded */
export function bodyOf(data: unknown, pack: Pack): Body {
  return { kind: "value", bytes: packedData(data, pack) };
}

/** One body for many connections: made into what each of them understands, once for all of a kind. */
export class DirectBody {
  readonly #body: Body;
  readonly #pack: Pack;
  readonly #frames: EventFrames;
  #binary: Frame | undefined;
  #text: Frame | undefined;
  #bare: Frame | undefined;

  constructor(body: Body, options: EventFramesOptions) {
    this.#body = body;
    this.#pack = options.pack;
    this.#frames = new EventFrames(options, DIRECT_CHANNEL, packed(body, options), undefined);
  }

  /** Sends it at once, behind what has gathered. */
  sendTo(connection: Connection): void {
    if (connection instanceof RawConnection) {
      this.#bare ??= bare(this.#body, this.#pack);
      connection.sendFrame(this.#bare);
      return;
    }
    if (connection.binary) this.#binary ??= this.#frames.binary(undefined);
    else this.#text ??= this.#frames.text(undefined);
    connection.sendFrame((connection.binary ? this.#binary : this.#text) as Frame);
  }
}

/** As it came: a raw connection's client understands nothing else. */
function bare({ kind, bytes }: Body, pack: Pack): Frame {
  if (kind === "value") {
    const value = pack.unpack(bytes);
    return typeof value === "string" || value instanceof Uint8Array ? value : toJson(value);
  }
  return kind === "bytes" || kind === "msgpack" ? bytes : Buffer.from(bytes).toString();
}

function packed({ kind, bytes }: Body, { pack }: EventFramesOptions): Uint8Array {
  switch (kind) {
    case "msgpack":
    case "value":
      return bytes;
    case "bytes":
      return pack.pack(bytes);
    case "text":
      return pack.pack(Buffer.from(bytes).toString());
    case "json":
      return pack.pack(portable(JSON.parse(Buffer.from(bytes).toString())));
  }
}
