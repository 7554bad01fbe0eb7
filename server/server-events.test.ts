import { describe, expect, it, vi } from "vitest";
import type { ServerEvents } from "./app.ts";
import { createLogger } from "./logger.ts";
import { ServerEmitter } from "./server-events.ts";
import { eventually } from "./test/patience.ts";

/** An emitter, and what it logs. */
function start() {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const emitter = new ServerEmitter(createLogger({ level: "info", format: "json", destination }));
  const logged = () =>
    lines.map((line) => JSON.parse(line) as { msg: string; event: string; error: { message: string } });
  return { emitter, logged };
}

/** Applications in JavaScript, and careless ones in TypeScript, have listeners like this one. */
const failing = (text: string) => (async () => Promise.reject(new Error(text))) as ServerEvents["error"];

describe("a listener that fails", () => {
  it("is logged with its event, and keeps nothing from the others", () => {
    const { emitter, logged } = start();
    const other = vi.fn();
    emitter.on("error", () => {
      throw new Error("thrown");
    });
    emitter.on("error", other);
    emitter.emit("error", "what happened");
    expect(other.mock.calls).toEqual([["what happened"]]);
    expect(logged()).toMatchObject([{ msg: "a listener failed", event: "error", error: { message: "thrown" } }]);
  });

  it("later, being async, is logged as well, and is no error event: that would never come to an end", async () => {
    const { emitter, logged } = start();
    const errors = vi.fn();
    emitter.on("error", errors);
    emitter.on("error", failing("often"));
    emitter.once("error", failing("once"));
    emitter.emit("error", "what happened");
    await eventually(() => expect(logged()).toHaveLength(2));
    expect(logged()).toMatchObject([
      { msg: "a listener failed", event: "error", error: { message: "often" } },
      { msg: "a listener failed", event: "error", error: { message: "once" } },
    ]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toHaveBeenCalledTimes(1);
    expect(logged()).toHaveLength(2);
  });

  it("is no listener that returns something else", async () => {
    const { emitter, logged } = start();
    const results = [1, "text", null, {}, Promise.resolve(1), () => undefined];
    for (const result of results) emitter.on("error", (() => result) as ServerEvents["error"]);
    emitter.emit("error", "what happened");
    await new Promise((resolve) => setImmediate(resolve));
    expect(logged()).toEqual([]);
  });
});
