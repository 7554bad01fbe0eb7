import type { Client } from "../client.ts";
import type { Registry } from "../registry.ts";
import type { RtcConstructor } from "./rtc.ts";

/** What peers need of the client they belong to. */
export interface PeerHost {
  readonly client: Pick<Client, "call" | "stream" | "ping" | "state">;
  /** Procedures that all peers may call. */
  readonly registry: Registry;
  /** Undefined where the platform has none. */
  readonly rtc: RtcConstructor | undefined;
  report(error: unknown): void;
}
