/** What happens to a connection of a gateway path. */
export type GatewayAction = "open" | "message" | "close";

/**
 * One event of a connection, as it goes out. Every event has all properties, in one order, so that the engine knows one
 * shape of them.
 */
export interface GatewayEvent {
  /** Id of the connection. */
  readonly connection: string;
  readonly action: GatewayAction;
  /** The path that it connected to. */
  readonly path: string;
  /** The tags that ride along, url-encoded. */
  readonly tags: string;
  /** How the message came; undefined where the event is no message. */
  readonly type: "text" | "binary" | undefined;
  /** A text, or a copy of the bytes; undefined where the event is no message. */
  readonly message: string | Buffer | undefined;
  /** Why it closed, as of WebSocket; undefined where it did not. */
  readonly code: number | undefined;
  /**
   * Counts the events of the connection, from 1, which is `open`. Whoever reads finds duplicates by it, and holes where
   * events were dropped.
   */
  readonly seq: number;
  /** When it happened, in milliseconds since 1970. */
  readonly time: number;
  /** About how many bytes of memory it takes until it is handed over. */
  readonly size: number;
}

/** What an event takes beside its text, as measured: its object, its place in a queue, short strings. */
const OVERHEAD = 200;

/** Makes an event. @param bytes of its message */
export function gatewayEvent(
  from: Pick<GatewayEvent, "connection" | "action" | "path" | "tags" | "seq">,
  message: string | Buffer | undefined,
  bytes: number,
  code: number | undefined,
): GatewayEvent {
  const { connection, action, path, tags, seq } = from;
  const type = message === undefined ? undefined : typeof message === "string" ? "text" : "binary";
  const size = OVERHEAD + bytes + tags.length + path.length;
  return { connection, action, path, tags, type, message, code, seq, time: Date.now(), size };
}
