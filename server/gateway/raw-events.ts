import type { Emitter } from "../../shared/emitter.ts";
import type { ServerEvents } from "../app.ts";
import type { RawListener } from "./raw-connection.ts";

/** Tells the application what raw connections say, where it listens. */
export function rawEvents(events: Emitter<ServerEvents>): RawListener {
  return {
    opened: () => undefined,
    message(connection, data, binary) {
      if (!events.has("message")) return;
      // the bytes are those of the transport, which writes over them
      events.emit("message", connection, binary ? Uint8Array.from(data) : data.toString());
    },
    closed: () => undefined,
    tagged: () => undefined,
  };
}
