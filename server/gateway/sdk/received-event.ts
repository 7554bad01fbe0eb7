/** An event of a gateway, as a broker gave it. */
export interface ReceivedEvent {
  /** Id of the connection. */
  readonly connection: string;
  readonly action: "open" | "message" | "close";
  /** The path that it connected to. */
  readonly path: string;
  /** The tags that ride along, at that time. */
  readonly tags: Readonly<Record<string, string>>;
  /** A text, or bytes; undefined where it is no message. */
  readonly message: string | Uint8Array | undefined;
  /** Why it closed, as of WebSocket; undefined where it did not. */
  readonly code: number | undefined;
  /** Counts the events of the connection, from 1; undefined where the gateway does not count. */
  readonly seq: number | undefined;
  /** When it happened, in milliseconds since 1970. */
  readonly time: number | undefined;
}

/** From the fields of an entry of a Redis Stream: names and values by turns. @returns undefined where it is no event */
export function eventOfFields(texts: readonly Buffer[]): ReceivedEvent | undefined {
  const fields = new Map<string, Buffer>();
  for (let at = 0; at + 1 < texts.length; at += 2) fields.set(String(texts[at]), texts[at + 1] ?? Buffer.of());
  const text = (name: string): string | undefined => fields.get(name)?.toString();
  const message = fields.get("message");
  return event({
    connection: text("connection"),
    action: text("action"),
    path: text("path"),
    tags: text("tags"),
    message: text("type") === "binary" ? message : message?.toString(),
    code: numberOf(text("code")),
    seq: numberOf(text("seq")),
    time: numberOf(text("time")),
  });
}

/** From the body of a message of RabbitMQ, which was JSON. @returns undefined where it is no event */
export function eventOfBody(body: unknown): ReceivedEvent | undefined {
  const { encoding, message, ...fields } = Object(body) as Record<string, unknown>;
  const bytes = encoding === "base64" && typeof message === "string";
  return event({ ...fields, message: bytes ? Buffer.from(message, "base64") : message });
}

function event(fields: Record<string, unknown>): ReceivedEvent | undefined {
  const { connection, action, path, tags, message, code, seq, time } = fields;
  if (typeof connection !== "string" || connection === "") return undefined;
  if (action !== "open" && action !== "message" && action !== "close") return undefined;
  const isMessage = typeof message === "string" || message instanceof Uint8Array;
  if (action === "message" && !isMessage) return undefined;
  return {
    connection,
    action,
    path: typeof path === "string" ? path : "",
    tags: Object.fromEntries(new URLSearchParams(typeof tags === "string" ? tags : "")),
    message: isMessage && action === "message" ? message : undefined,
    code: typeof code === "number" ? code : undefined,
    seq: typeof seq === "number" && Number.isSafeInteger(seq) && seq > 0 ? seq : undefined,
    time: typeof time === "number" ? time : undefined,
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined || text === "" ? undefined : Number(text);
}
