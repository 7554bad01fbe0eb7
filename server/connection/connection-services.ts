import type { Codec } from "../../shared/codec.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import type { CallTimes } from "../metrics/call-times.ts";
import type { Traffic } from "../metrics/traffic.ts";
import type { Counters } from "../metrics.ts";
import type { Connection } from "./connection.ts";
import type { Fairness } from "./fairness.ts";
import type { Turn } from "./turn.ts";

/** What all connections of a socket worker share. */
export interface ConnectionServices {
  readonly msgpack: Codec<Uint8Array>;
  readonly json: Codec<string>;
  readonly pack: Pack;
  readonly turn: Turn;
  readonly fairness: Fairness;
  readonly counters: Counters;
  readonly traffic: Traffic;
  readonly times: Pick<CallTimes, "end">;
  /** Largest message, in bytes. */
  readonly maxPayload: number;
  /** Most calls in flight of a connection, in each direction. */
  readonly maxCalls: number;
  /** A frame came, of so many bytes; 0 for a ping or pong of the WebSocket protocol's own. */
  received(connection: Connection, bytes: number): void;
  /** Does what a decoded message asks for. */
  dispatch(connection: Connection, message: unknown): void;
  closed(connection: Connection, code: number): void;
}
