import { Kind, MAX_NAME_LENGTH } from "../../shared/message.ts";
import { HIDDEN, type Shape, shapeOf } from "./shape.ts";

/** Whether the client said it, or the server. */
export type Direction = "in" | "out";

/** What the elements of a message are, behind its kind. Names are shown as they are, and of all else only the shape. */
type Field = "id" | "procedure" | "channel" | "code" | "change" | "token" | "data" | "text" | "options";

const FIELDS: Readonly<Record<Kind, readonly Field[]>> = {
  [Kind.HELLO]: ["data"],
  [Kind.WELCOME]: ["data"],
  [Kind.CALL]: ["id", "procedure", "data", "options"],
  [Kind.RESULT]: ["id", "data"],
  [Kind.ERROR]: ["id", "code", "text", "data"],
  [Kind.ACK]: ["id", "data"],
  [Kind.CHUNK]: ["id", "data"],
  [Kind.CANCEL]: ["id"],
  [Kind.SUBSCRIBE]: ["id", "channel", "options"],
  [Kind.SUBSCRIBED]: ["id", "data"],
  [Kind.UNSUBSCRIBE]: ["id", "channel"],
  [Kind.PUBLISH]: ["id", "channel", "data", "options"],
  [Kind.EVENT]: ["channel", "data", "options"],
  [Kind.PRESENCE]: ["channel", "change", "data"],
  [Kind.PING]: ["data"],
  [Kind.PONG]: ["data"],
  [Kind.GOAWAY]: ["text", "options"],
  [Kind.AUTH]: ["id", "token"],
};
const NAMES: ReadonlyMap<unknown, string> = new Map(Object.entries(Kind).map(([name, kind]) => [kind, name]));
const SHOWN: ReadonlySet<Field> = new Set(["id", "procedure", "channel", "code", "change"]);

/**
 * One message as a line: JSON, and a line break. Nothing is in it of what the message says but its kind, its id, and the
 * name of the procedure or channel that it is about.
 * @param bytes of the message as it was encoded; undefined where that is not known
 */
export function messageLine(direction: Direction, message: unknown, bytes: number | undefined): string {
  const time = new Date().toISOString();
  const kind = Array.isArray(message) ? NAMES.get(message[0]) : undefined;
  // whatever it is, it is none of the protocol's
  if (kind === undefined) return line({ time, direction, kind: null, bytes, data: shapeOf(message) });
  const [number, ...rest] = message as [Kind, ...unknown[]];
  const fields: Record<string, unknown> = { time, direction, kind, bytes };
  for (const [index, field] of FIELDS[number].entries()) {
    if (index < rest.length) fields[field] = shown(field, rest[index]);
  }
  return line(fields);
}

/** One that is too large, or broken, to be looked at: its kind is told where it begins with that. */
export function unreadLine(direction: Direction, kind: number | undefined, bytes: number): string {
  const time = new Date().toISOString();
  return line({ time, direction, kind: NAMES.get(kind) ?? null, bytes, data: "not looked at" });
}

/** What goes over a raw connection, which knows no kinds. */
export function rawLine(direction: Direction, bytes: number, binary: boolean): string {
  return line({ time: new Date().toISOString(), direction, kind: "RAW", bytes, data: binary ? "bytes" : "text" });
}

/** What is to be said of the tail itself. */
export function noteLine(note: string, more: Readonly<Record<string, unknown>> = {}): string {
  return line({ time: new Date().toISOString(), note, ...more });
}

function shown(field: Field, value: unknown): Shape | number | null {
  if (field === "token") return HIDDEN;
  if (!SHOWN.has(field)) return shapeOf(value);
  if (field === "id") return typeof value === "number" || value === null ? value : shapeOf(value);
  return typeof value === "string" && value.length <= MAX_NAME_LENGTH ? value : shapeOf(value);
}

function line(fields: object): string {
  return `${JSON.stringify(fields)}\n`;
}
