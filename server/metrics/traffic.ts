import type { Frame } from "../../shared/message.ts";
import { Kind } from "../../shared/message.ts";
import type { Transport } from "../transport/transport.ts";
import type { SnapshotBuilder } from "./snapshot.ts";

const KINDS = Object.entries(Kind);
/** What messages are called that are none of the protocol. */
const RAW = "RAW";
/** Kinds that a client sends, and that a server sends. */
const COMING: ReadonlySet<number> = new Set([
  ...[Kind.HELLO, Kind.CALL, Kind.RESULT, Kind.ERROR, Kind.CHUNK, Kind.CANCEL, Kind.SUBSCRIBE, Kind.UNSUBSCRIBE],
  ...[Kind.PUBLISH, Kind.PING, Kind.PONG, Kind.AUTH],
]);
const GOING: ReadonlySet<number> = new Set([
  ...[Kind.WELCOME, Kind.CALL, Kind.RESULT, Kind.ERROR, Kind.ACK, Kind.CHUNK, Kind.CANCEL, Kind.SUBSCRIBED],
  ...[Kind.EVENT, Kind.PRESENCE, Kind.PING, Kind.PONG, Kind.GOAWAY],
]);

/** Sends a frame of one message to all subscribers of a topic. */
export interface Broadcast {
  /** @param readers how many subscribers it has */
  publish(topic: string, frame: Frame, kind: Kind, readers: number): void;
}

/** What comes and goes in a socket worker. To count costs an increment: as doubles, which do not overflow in an hour. */
export class Traffic {
  /** Messages of clients, by kind. */
  readonly came = new Float64Array(KINDS.length);
  /** Messages to clients, by kind. */
  readonly went = new Float64Array(KINDS.length);
  /** Messages of raw connections, and to them. */
  rawCame = 0;
  rawWent = 0;
  readonly #bytes = new Float64Array(2);

  /** A frame came. */
  received(bytes: number): void {
    (this.#bytes[0] as number) += bytes;
  }

  /** A frame was sent. Text counts by its characters, which are bytes as long as they are ASCII. */
  sent(frame: Frame): void {
    (this.#bytes[1] as number) += frame.length;
  }

  /** Counts what a transport publishes by itself. */
  broadcast(transport: Pick<Transport, "publish">): Broadcast {
    return {
      publish: (topic, frame, kind, readers) => {
        (this.went[kind] as number) += readers;
        (this.#bytes[1] as number) += frame.length * readers;
        transport.publish(topic, frame);
      },
    };
  }

  addTo(snapshot: SnapshotBuilder): void {
    for (const [name, kind] of KINDS) {
      if (COMING.has(kind)) snapshot.add("fugitive_messages_total", ["in", name], this.came[kind] as number);
      if (GOING.has(kind)) snapshot.add("fugitive_messages_total", ["out", name], this.went[kind] as number);
    }
    snapshot.add("fugitive_messages_total", ["in", RAW], this.rawCame);
    snapshot.add("fugitive_messages_total", ["out", RAW], this.rawWent);
    snapshot.add("fugitive_message_bytes_total", ["in"], this.#bytes[0] as number);
    snapshot.add("fugitive_message_bytes_total", ["out"], this.#bytes[1] as number);
    snapshot.add("fugitive_deliveries_total", [], this.went[Kind.EVENT] as number);
  }
}
