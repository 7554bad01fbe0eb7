import type { Emitter } from "../../shared/emitter.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import type { ServerEvents } from "../app.ts";
import { BusType } from "../bus/bus-type.ts";
import type { Uplink } from "../bus/uplink.ts";
import type { GatewayPath, GatewaySource, GatewayStreams } from "./gateway-streams.ts";
import type { RawConnection, RawListener } from "./raw-connection.ts";

/** What the primary has to know of a raw connection, to tell of its end where its socket worker cannot any more. */
export type RawNews = readonly [path: string, tags: Readonly<Record<string, string>>];

export interface RawEventsServices {
  readonly events: Emitter<ServerEvents>;
  /** Undefined where no broker gets to know. */
  readonly streams: GatewayStreams | undefined;
  /** By path. */
  readonly paths: ReadonlyMap<string, GatewayPath>;
  readonly uplink: Pick<Uplink, "tell">;
  readonly pack: Pack;
}

/** Tells the application and the brokers what raw connections say, and what becomes of them. */
export class RawEvents implements RawListener {
  readonly #services: RawEventsServices;

  constructor(services: RawEventsServices) {
    this.#services = services;
  }

  opened(connection: RawConnection): void {
    const { streams, paths } = this.#services;
    const path = paths.get(connection.path);
    if (streams === undefined || path === undefined) return;
    connection.source = sourceOf(connection, path);
    this.#tell(connection);
    streams.opened(connection.source);
  }

  message(connection: RawConnection, data: Buffer, binary: boolean): void {
    const { events, streams } = this.#services;
    if (connection.source !== undefined) streams?.message(connection.source, data, binary);
    if (!events.has("message")) return;
    // the bytes are those of the transport, which writes over them
    events.emit("message", connection, binary ? Uint8Array.from(data) : data.toString());
  }

  closed({ id, source }: RawConnection, code: number): void {
    if (source === undefined) return;
    this.#services.streams?.closed(source, code);
    this.#services.uplink.tell(BusType.RAW_CONNECTION, id);
  }

  tagged(connection: RawConnection): void {
    if (connection.source === undefined) return;
    this.#services.streams?.tagged(connection.source);
    this.#tell(connection);
  }

  #tell({ id, path, tags }: RawConnection): void {
    const { uplink, pack } = this.#services;
    uplink.tell(BusType.RAW_CONNECTION, id, pack.pack([path, tags] satisfies RawNews));
  }
}

function sourceOf(connection: RawConnection, path: GatewayPath): GatewaySource {
  return {
    id: connection.id,
    path,
    get tags() {
      return connection.tags;
    },
    close: (code, reason) => connection.close(code, reason),
  };
}
