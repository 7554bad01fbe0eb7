import { describe, expect, it } from "vitest";
import { optionsOf, read } from "./test/node-process.ts";

const TEXT = read("docs/CLIENT.md");

describe("docs/CLIENT.md", () => {
  it.each([
    ["client/options.ts", "ClientOptions"],
    ["client/options.ts", "CallOptions"],
    ["client/reconnect-options.ts", "ReconnectOptions"],
    ["client/publication-buffer.ts", "SubscriptionOptions"],
    ["client/workers/offload-options.ts", "OffloadOptions"],
    ["client/workers/share-options.ts", "ShareOptions"],
  ])("names every option of %s, %s", (file, name) => {
    const options = optionsOf(file, name);
    expect(options.length).toBeGreaterThan(2);
    expect(options.filter((option) => !TEXT.includes(`\`${option}`))).toEqual([]);
  });

  it("names every event", () => {
    const [, body = ""] = /export interface ClientEvents \{(.*?)\n\}/s.exec(read("client/events.ts")) ?? [];
    const events = [...body.matchAll(/^ {2}(\w+): \(/gm)].map(([, event]) => event);
    expect(events).toContain("state");
    const rows = [...TEXT.matchAll(/^\| `(\w+)` +\| [^|]* \|$/gm)].map(([, event]) => event);
    expect([...rows].sort()).toEqual([...events].sort());
  });
});
