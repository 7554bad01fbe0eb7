import { describe, expect, it } from "vitest";
import { optionsOf, read } from "./test/node-process.ts";

const TEXT = read("docs/PRESENCE.md");

describe("docs/PRESENCE.md", () => {
  it("lists the options of a rule", () => {
    const rows = [...TEXT.matchAll(/^\| `(\w+)` +\|/gm)].map(([, option]) => option);
    expect(rows).toEqual(optionsOf("server/pubsub/presence-rule.ts", "PresenceOptions"));
  });
});
