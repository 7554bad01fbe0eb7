import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { OPTIONS, type OptionKey } from "../server/config/options.ts";
import { CLOSE_CODES, CloseCode, ERROR_CODES } from "../shared/codes.ts";
import { createJsonCodec } from "../shared/json-codec.ts";
import { Kind, type Message, SUBPROTOCOLS } from "../shared/message.ts";
import { createMsgpackCodec } from "../shared/msgpack-codec.ts";
import { portableDeflate } from "../shared/portable-deflate.ts";
import { complaintAboutClientMessage, complaintAboutServerMessage } from "../shared/validate-message.ts";

const TEXT = readFileSync(new URL("PROTOCOL.md", import.meta.url), "utf8");
const DIRECTIONS: Readonly<Record<string, string>> = { "C → S": "client", "S → C": "server", both: "client server" };

/** Rows of the table with these columns: one object each, with backquotes taken off. */
function table(...columns: string[]): Record<string, string>[] {
  const lines = TEXT.split("\n");
  const head = lines.findIndex((line) => cellsOf(line).join("|") === columns.join("|"));
  if (head === -1) throw new Error(`PROTOCOL.md has no table with the columns ${columns.join(", ")}.`);
  const rows = lines.slice(head + 2);
  const end = rows.findIndex((line) => !line.startsWith("|"));
  return rows.slice(0, end).map((line) => {
    const cells = cellsOf(line);
    if (cells.length !== columns.length) throw new Error(`This row has another number of cells: ${line}`);
    return Object.fromEntries(columns.map((column, index) => [column, cells[index] as string]));
  });
}

function cellsOf(line: string): string[] {
  const cells = line.split("|").slice(1, -1);
  return cells.map((cell) => cell.trim().replace(/^`([^`]*)`$/, "$1"));
}

/** The example frames of one side, from the lines after its prompt. */
function examples(prompt: ">" | "<"): unknown[] {
  const codec = createJsonCodec();
  const lines = TEXT.split("\n").filter((line) => line.startsWith(`${prompt} [`));
  return lines.map((line) => codec.decode(line.slice(2)));
}

function takes(complaint: (message: unknown) => string | undefined, kind: number): boolean {
  return !/^No message of kind/.test(complaint([kind]) ?? "");
}

describe("docs/PROTOCOL.md", () => {
  const kinds = table("kind", "name", "direction", "shape", "answered by");

  it("names the kinds of messages there are, with their numbers", () => {
    expect(Object.fromEntries(kinds.map(({ kind, name }) => [name, Number(kind)]))).toEqual(Kind);
    expect(kinds).toHaveLength(Object.keys(Kind).length);
  });

  it("says who may send each kind", () => {
    for (const { kind, direction, name } of kinds) {
      const senders = [
        ...(takes(complaintAboutClientMessage, Number(kind)) ? ["client"] : []),
        ...(takes(complaintAboutServerMessage, Number(kind)) ? ["server"] : []),
      ];
      expect([name, DIRECTIONS[direction ?? ""]]).toEqual([name, senders.join(" ")]);
    }
  });

  it("shows each kind's number in its shape", () => {
    for (const { kind, shape } of kinds) expect(shape === "reserved" || shape?.includes(`[${kind}`)).toBe(true);
  });

  it("lists the error codes with their texts, and whether a retry may help", () => {
    const rows = table("code", "text", "retry");
    const listed = rows.map(({ code, text, retry }) => [code, { text, retry: { yes: true, no: false }[retry ?? ""] }]);
    expect(Object.fromEntries(listed)).toEqual(ERROR_CODES);
    expect(rows).toHaveLength(Object.keys(ERROR_CODES).length);
  });

  it("lists the close codes with their texts, and what a client does next", () => {
    const rows = table("code", "text", "next");
    expect(Object.fromEntries(rows.map(({ code, text, next }) => [code, { text, next }]))).toEqual(CLOSE_CODES);
    expect(rows.map(({ code }) => Number(code)).sort()).toEqual(Object.values(CloseCode).sort());
  });

  it("lists the subprotocols", () => {
    expect(table("subprotocol", "what the server sends").map(({ subprotocol }) => subprotocol)).toEqual(SUBPROTOCOLS);
  });

  it("gives limits by the names and with the defaults that the options have", () => {
    const rows = table("option", "default", "limit");
    expect(rows.length).toBeGreaterThan(0);
    const options = Object.fromEntries(rows.map(({ option }) => [option, OPTIONS[option as OptionKey]?.default]));
    expect(Object.fromEntries(rows.map((row) => [row.option, Number(row.default)]))).toEqual(options);
  });

  it("types only messages that are well-formed", () => {
    const flat = (frames: unknown[]) =>
      frames.flatMap((frame) => (Array.isArray((frame as unknown[])[0]) ? frame : [frame]));
    const [typed, answered] = [flat(examples(">")), flat(examples("<"))];
    expect([typed.length, answered.length].every((count) => count > 5)).toBe(true);
    expect(typed.map(complaintAboutClientMessage)).toEqual(typed.map(() => undefined));
    expect(answered.map(complaintAboutServerMessage)).toEqual(answered.map(() => undefined));
  });

  it("spells out the bytes of the first call and of its answer", () => {
    const { encode, frame } = createMsgpackCodec({ deflate: portableDeflate });
    const dumps = TEXT.split("```text\n")
      .slice(2)
      .map((block) =>
        (block.split("```")[0] as string)
          .split("\n")
          .map((line) => line.slice(0, 30).replaceAll(" ", ""))
          .join(""),
      );
    const bytes = [examples(">")[0], examples("<")[0]].map((message) => frame([encode(message as Message)]));
    expect(dumps).toEqual(bytes.map((each) => Buffer.from(each).toString("hex")));
  });
});
