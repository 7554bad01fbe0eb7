import type { Frame } from "../../shared/message.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import { readNumber } from "../bus/numbers.ts";
import type { Uplink } from "../bus/uplink.ts";
import type { Connection } from "../connection/connection.ts";
import type { Connections } from "../connection/connections.ts";
import { RawConnection } from "../gateway/raw-connection.ts";
import type { Transport } from "../transport/transport.ts";
import { noteLine } from "./tail-line.ts";
import { TailWriter } from "./tail-writer.ts";
import { Tap } from "./tap.ts";

export interface TapsOptions {
  readonly uplink: Pick<Uplink, "tell" | "refusal">;
  readonly pack: Pack;
  readonly connections: Pick<Connections, "get">;
  /** This socket worker's number. */
  readonly worker: number;
}

interface Tail {
  readonly connection: Connection;
  readonly writer: TailWriter;
}

/** The connections of a socket worker that somebody looks at, as the primary asks for it. */
export class Taps {
  readonly #options: TapsOptions;
  readonly #tails = new Map<number, Tail>();
  readonly #tapped = new Set<Connection>();

  constructor(options: TapsOptions) {
    this.#options = options;
  }

  /** Somebody looks at a connection, as channel; data = the tail's number, bytes that have room, messages at most. */
  begin({ channel: id, data }: BusFrame): void {
    const { uplink, connections, pack, worker } = this.#options;
    const [number, room, messages] = [readNumber(data, 0), readNumber(data, 1), readNumber(data, 2)];
    const ended = () => this.#forget(number);
    const writer = new TailWriter({ uplink, number, room, messages, ended });
    const connection = connections.get(id);
    if (connection === undefined || !connection.open) {
      writer.end(noteLine("closed"));
      return;
    }
    this.#tails.set(number, { connection, writer });
    this.#tapped.add(connection);
    connection.tap ??= new Tap(pack, connection instanceof RawConnection);
    connection.tap.add(writer);
    const { path, address } = connection;
    writer.note(noteLine("begun", { id, worker, path, address }));
  }

  taken({ channel: number, data }: BusFrame): void {
    this.#tails.get(Number(number))?.writer.taken(readNumber(data, 0));
  }

  end({ channel: number }: BusFrame): void {
    this.#tails.get(Number(number))?.writer.stop();
    this.#forget(Number(number));
  }

  /** A transport whose publications are seen as well: they go out to whoever is subscribed, and pass nobody else here. */
  over(transport: Pick<Transport, "publish">): Pick<Transport, "publish"> {
    return {
      publish: (topic, frame) => {
        transport.publish(topic, frame);
        if (this.#tapped.size > 0) this.#published(topic, frame);
      },
    };
  }

  #published(topic: string, frame: Frame): void {
    for (const connection of this.#tapped) if (connection.feed.isSubscribed(topic)) connection.tap?.sent(frame);
  }

  #forget(number: number): void {
    const tail = this.#tails.get(number);
    if (tail === undefined) return;
    const { connection, writer } = tail;
    this.#tails.delete(number);
    connection.tap?.delete(writer);
    if (connection.tap?.empty !== true) return;
    connection.tap = undefined;
    this.#tapped.delete(connection);
  }
}

/** What of the bus is about tails. */
export function tailFrames(taps: () => Taps) {
  return {
    [BusType.TAIL]: (frame: BusFrame) => taps().begin(frame),
    [BusType.TAIL_TAKEN]: (frame: BusFrame) => taps().taken(frame),
    [BusType.TAIL_END]: (frame: BusFrame) => taps().end(frame),
  };
}
