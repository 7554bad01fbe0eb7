import { describe, expect, it, vi } from "vitest";
import { Emitter } from "./emitter.ts";

interface Events {
  said(text: string, times: number): void;
  closed(): void;
}

describe("Emitter", () => {
  it("calls the listeners of an event, in the order they came, with its arguments", () => {
    const emitter = new Emitter<Events>();
    const calls: string[] = [];
    emitter.on("said", (text, times) => calls.push(`first ${text} ${times}`));
    emitter.on("said", (text) => calls.push(`second ${text}`));
    emitter.on("closed", () => calls.push("closed"));
    emitter.emit("said", "hi", 2);
    expect(calls).toEqual(["first hi 2", "second hi"]);
  });

  it("calls a listener no more after its release, which may be called again", () => {
    const emitter = new Emitter<Events>();
    const listener = vi.fn();
    const off = emitter.on("closed", listener);
    emitter.emit("closed");
    off();
    off();
    emitter.emit("closed");
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it("lets the same function listen twice, and each release end one of the two", () => {
    const emitter = new Emitter<Events>();
    const listener = vi.fn();
    const off = emitter.on("closed", listener);
    emitter.on("closed", listener);
    emitter.emit("closed");
    expect(listener).toHaveBeenCalledTimes(2);
    off();
    off();
    emitter.emit("closed");
    expect(listener).toHaveBeenCalledTimes(3);
  });

  it("does not call a listener that another one has just released", () => {
    const emitter = new Emitter<Events>();
    const second = vi.fn();
    emitter.on("closed", () => off());
    const off = emitter.on("closed", second);
    emitter.emit("closed");
    expect(second).not.toHaveBeenCalled();
  });

  it("calls a listener that comes during an event from the next one on", () => {
    const emitter = new Emitter<Events>();
    const late = vi.fn();
    const off = emitter.on("closed", () => void emitter.on("closed", late));
    emitter.emit("closed");
    expect(late).not.toHaveBeenCalled();
    off();
    emitter.emit("closed");
    expect(late).toHaveBeenCalledTimes(1);
  });

  it("calls a `once` listener once, even where it causes the event itself, or not at all when released", () => {
    const emitter = new Emitter<Events>();
    const calls: string[] = [];
    emitter.once("said", (text) => {
      calls.push(text);
      emitter.emit("said", "again", 1);
    });
    emitter.once("said", () => calls.push("released"))();
    emitter.emit("said", "hi", 1);
    emitter.emit("said", "more", 1);
    expect(calls).toEqual(["hi"]);
  });

  it("calls the others when one throws, and then throws that error", () => {
    const emitter = new Emitter<Events>();
    const after = vi.fn();
    emitter.on("closed", () => {
      throw new Error("the first");
    });
    emitter.on("closed", () => {
      throw new Error("the second");
    });
    emitter.on("closed", after);
    expect(() => emitter.emit("closed")).toThrow("the first");
    expect(after).toHaveBeenCalledTimes(1);
  });

  it("throws even an undefined that a listener threw", () => {
    const emitter = new Emitter<Events>();
    emitter.on("closed", () => {
      throw undefined;
    });
    const caught = vi.fn();
    try {
      emitter.emit("closed");
    } catch (error) {
      caught(error);
    }
    expect(caught).toHaveBeenCalledWith(undefined);
  });

  it("hands what listeners return to a subclass that cares, be they called once or often", () => {
    const results: unknown[] = [];
    class Caring extends Emitter<Events> {
      protected override returned(event: keyof Events, result: unknown): void {
        results.push([event, result]);
      }
    }
    const emitter = new Caring();
    emitter.on("closed", () => undefined);
    emitter.on("closed", () => "often");
    emitter.once("closed", () => "once");
    emitter.emit("closed");
    emitter.emit("closed");
    expect(results).toEqual([
      ["closed", "often"],
      ["closed", "once"],
      ["closed", "often"],
    ]);
  });

  it("knows whether anybody listens", () => {
    const emitter = new Emitter<Events>();
    expect(emitter.has("closed")).toBe(false);
    const off = emitter.on("closed", () => undefined);
    expect([emitter.has("closed"), emitter.has("said")]).toEqual([true, false]);
    off();
    expect(emitter.has("closed")).toBe(false);
  });
});
