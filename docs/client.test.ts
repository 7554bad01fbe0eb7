import { describe, expect, it } from "vitest";
import { optionsOf, read, runExample } from "./test/node-process.ts";

const TEXT = read("docs/CLIENT.md");

describe("docs/CLIENT.md", () => {
  it.each(["app.ts", "client.ts"])("shows docs/examples/03-lasting/%s as it is", (file) => {
    expect(TEXT).toContain(`\`\`\`ts\n${read(`docs/examples/03-lasting/${file}`)}\`\`\``);
  });

  it("has an example that runs, and says what it says there", async () => {
    const { said } = await runExample("03-lasting");
    const lines = (text: string) =>
      text
        .replace(/worker \d+/g, "worker …")
        .replace(/session [\w-]{4}…/g, "session …")
        .replace(/\d\.\d s/g, "… s");
    const [, shown = ""] = /It says:\n\n```\n(.*?)```/s.exec(TEXT) ?? [];
    expect(lines(await said(/closed for good.*\n/))).toBe(lines(shown));
  });

  it.each(["app.ts", "client.ts"])("shows docs/examples/05-web-workers/%s as it is", (file) => {
    expect(TEXT).toContain(`\`\`\`ts\n${read(`docs/examples/05-web-workers/${file}`)}\`\`\``);
  });

  it("has an example of web workers that runs, and says what it says there", async () => {
    const { said } = await runExample("05-web-workers");
    const [, shown = "never"] = /It says:\n\n```\n(10000 rows\n.*?)```/s.exec(TEXT) ?? [];
    expect(await said(/primes\n/)).toBe(shown);
  });

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
