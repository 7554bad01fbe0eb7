import { describe, expect, it } from "vitest";
import { DEFAULT_PEER_LIMITS } from "../server/peers/peer-options.ts";
import { PEER_POLICIES } from "../shared/peers.ts";
import { read } from "./test/node-process.ts";

const TEXT = read("docs/PEERS.md");

/** The first cells of the table that begins with this header. */
function column(header: string): string[] {
  const [, body = ""] = new RegExp(`^\\| ${header} +\\|.*\\n\\|[ -|]*\\n((?:\\|.*\\n)*)`, "m").exec(TEXT) ?? [];
  return [...body.matchAll(/^\| `(\w+)`/gm)].map(([, name = ""]) => name);
}

/** The fields of an interface, in their order. */
function fieldsOf(file: string, name: string): string[] {
  const [, body = ""] = new RegExp(`export interface ${name}[^{]*\\{(.*?)\\n\\}`, "s").exec(read(file)) ?? [];
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??:/gm)].map(([, field = ""]) => field);
}

describe("docs/PEERS.md", () => {
  it("lists the options of a seek", () => {
    const own = fieldsOf("client/peers/peer-types.ts", "SeekOptions").filter((name) => name !== "info");
    const told = fieldsOf("shared/peers.ts", "PeerSeek");
    expect(told).toContain("context");
    expect(column("option")).toEqual([...told, ...own]);
  });

  it("lists the policies", () => {
    expect(column("policy")).toEqual([...PEER_POLICIES]);
  });

  it("lists the events of a seek", () => {
    expect(column("event")).toEqual(fieldsOf("client/peers/seek-events.ts", "SeekEvents"));
  });

  it("lists the limits with their defaults", () => {
    const rows = [...TEXT.matchAll(/^\| `(\w+)` +\| (\d+) +\|/gm)].map(([, name = "", value]) => [name, Number(value)]);
    const limits = Object.fromEntries(rows.filter(([name]) => Object.hasOwn(DEFAULT_PEER_LIMITS, name as string)));
    expect(limits).toEqual(DEFAULT_PEER_LIMITS);
    expect(column("limit")).toEqual(Object.keys(DEFAULT_PEER_LIMITS));
  });
});
