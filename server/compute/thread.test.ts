import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type ThreadOptions, thread } from "../index.ts";

const url = new URL("./test/tasks.mjs", import.meta.url);

describe("thread", () => {
  it.each([
    ["a path", "./test/tasks.mjs"],
    ["a file's URL as text", url.href],
    ["an address", new URL("http://localhost/task.js")],
    ["a URL of data", new URL("data:text/javascript,export default () => 1")],
    ["nothing", undefined],
  ])("takes no %s in place of a file's URL", (_, wrong) => {
    expect(() => thread(wrong as URL)).toThrow(TypeError);
    expect(() => thread(wrong as URL)).toThrow(/import\.meta\.url/);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2" as never])(
    "takes no concurrency of %s",
    (concurrency) => {
      expect(() => thread(url, { concurrency })).toThrow(TypeError);
      expect(() => thread(url, { concurrency })).toThrow(`${concurrency}`);
    },
  );

  it.each(["urgent", "", "HIGH", "toString"])("knows no priority %j", (priority) => {
    expect(() => thread(url, { priority: priority as "high" })).toThrow(/low, normal, high/);
  });

  it("makes a procedure that keeps what it was given, and can be called by nobody before a server runs", () => {
    const input = z.string();
    const use = [() => undefined];
    const options: ThreadOptions = {
      timeoutMs: 5,
      use,
      priority: "low",
      concurrency: 2,
      idempotent: true,
      export: "echo",
    };
    const procedure = thread(url, { ...options, input });
    expect(procedure).toMatchObject({ timeoutMs: 5, use, input });
    expect(procedure.handler).toBeTypeOf("function");
    expect(procedure.run).toBeTypeOf("function");
  });

  it("looks at no file: that is left to the server's start", () => {
    expect(() => thread(new URL("./nowhere.js", import.meta.url))).not.toThrow();
  });
});
