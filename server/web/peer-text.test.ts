import { describe, expect, it } from "vitest";
import { bytesText, formatBytes, type TalkState, talkText, wayText } from "./peer-text.ts";

const STATS = { rttMs: 1, bytesSent: 999, bytesReceived: 12_345, local: "host", remote: "host" };

describe("talkText", () => {
  it.each<[TalkState, boolean, RegExp, RegExp]>([
    ["idle", true, /^Nobody/, /^$/],
    ["seeking", true, /^Looking/, /second tab/],
    ["connecting", true, /^Found Ann/, /The server tells/],
    ["open", true, /^Connected to Ann\.$/, /The server is not needed any more/],
    ["open", false, /^Connected to Ann\.$/, /The server is gone, and not needed/],
    ["reconnecting", true, /^Nothing is heard of Ann\.$/, /the server’s help/],
    ["reconnecting", false, /^Nothing is heard of Ann\.$/, /Without the server/],
    ["closed", true, /^Ann has gone\.$/, /else/],
  ])("says of %s, with a server: %s", (state, served, line, words) => {
    const text = talkText({ state, served, name: "Ann" });
    expect(text[0]).toMatch(line);
    expect(text[1]).toMatch(words);
  });
});

describe("figures", () => {
  it("are bytes, kilobytes and megabytes", () => {
    expect([0, 999, 1_000, 12_345, 999_999, 5_600_000].map(formatBytes)).toEqual([
      ...["0 B", "999 B", "1.0 kB", "12.3 kB", "1000.0 kB", "5.6 MB"],
    ]);
  });

  it("are a dash where nothing is known", () => {
    const unknown = { ...STATS, bytesSent: undefined, local: undefined, relayed: false, protocol: undefined };
    expect([bytesText(unknown), wayText(unknown)]).toEqual(["–", "–"]);
  });

  it("tell what went and came, and how", () => {
    const stats = { ...STATS, relayed: false, protocol: "udp" };
    expect([bytesText(stats), wayText(stats)]).toEqual(["13.3 kB", "direct"]);
    expect(wayText({ ...stats, relayed: true })).toBe("relayed");
  });
});
