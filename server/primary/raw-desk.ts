import { createPack } from "../../shared/msgpack-codec.ts";
import type { BusFrame } from "../bus/bus-frame.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Link } from "../bus/link.ts";
import type { RawNews } from "../gateway/raw-events.ts";
import type { Desk, DeskMember } from "./desk.ts";

/** Knows which raw connections socket workers have, to tell of those of one that goes before they do. */
export class RawDesk implements Desk {
  readonly #pack = createPack();
  readonly #lost: (connections: Iterable<readonly [id: string, news: RawNews]>) => void;
  #closed = false;

  /** @param lost told of connections whose socket worker is gone, at most once for each worker */
  constructor(lost: (connections: Iterable<readonly [id: string, news: RawNews]>) => void) {
    this.#lost = lost;
  }

  joined(_link: Link): DeskMember {
    const connections = new Map<string, RawNews>();
    return {
      receive: (frame) => {
        if (frame.type === BusType.RAW_CONNECTION) this.#note(frame, connections);
      },
      left: () => {
        if (connections.size > 0 && !this.#closed) this.#lost(connections);
      },
    };
  }

  close(): void {
    this.#closed = true;
  }

  #note({ channel: id, data }: BusFrame, connections: Map<string, RawNews>): void {
    if (data.length === 0) connections.delete(id);
    else connections.set(id, this.#pack.unpack(data) as RawNews);
  }
}
