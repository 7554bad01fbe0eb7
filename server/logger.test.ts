import { describe, expect, it } from "vitest";
import { createLogger, type LoggerOptions } from "./logger.ts";

const ESCAPE = "\u001b";

function capture(options: Partial<LoggerOptions> & { isTTY?: boolean } = {}) {
  const { isTTY = false, ...rest } = options;
  let text = "";
  const destination = { isTTY, write: (line: string) => (text += line) };
  const log = createLogger({ level: "info", format: "json", destination, ...rest });
  return { log, text: () => text, lines: () => text.split("\n").slice(0, -1) };
}

function records(lines: readonly string[]): Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line));
}

describe("a JSON log", () => {
  it("has one object per line, with ISO time, level by name, process and bindings", () => {
    const { log, lines } = capture({ bindings: { worker: 2 } });
    log.info("first");
    log.child({ connection: "9f" }).warn({ bytes: 3 }, "second\nline");
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(records(lines())).toEqual([
      { level: "info", time, pid: process.pid, worker: 2, msg: "first" },
      { level: "warn", time, pid: process.pid, worker: 2, connection: "9f", bytes: 3, msg: "second\nline" },
    ]);
  });

  it("leaves out what is below its level", () => {
    const { log, lines } = capture({ level: "error" });
    for (const level of ["trace", "debug", "info", "warn", "error", "fatal"] as const) log[level](level);
    expect(records(lines()).map(({ msg }) => msg)).toEqual(["error", "fatal"]);
  });

  it("says nothing at all when silent", () => {
    const { log, text } = capture({ level: "silent" });
    log.fatal("the end");
    expect(text()).toBe("");
  });

  it("keeps the stack of an error, and of its cause", () => {
    const { log, lines } = capture();
    log.error({ error: new TypeError("outer", { cause: new Error("inner") }) }, "failed");
    expect(records(lines())[0]?.error).toMatchObject({
      type: "TypeError",
      stack: expect.stringMatching(/outer.*inner/s),
    });
  });
});

describe("secrets", () => {
  it.each(["token", "secret", "password", "authorization", "cookie"])("never show as %s, at two levels", (name) => {
    for (const format of ["json", "pretty"] as const) {
      const { log, text } = capture({ format, bindings: { [name]: "s3cret" } });
      log.info({ [name]: "s3cret" }, "first level");
      log.info({ headers: { [name]: "s3cret", other: "shown" } }, "second level");
      log.child({ [name]: "s3cret" }).info("bound");
      expect(text()).not.toContain("s3cret");
      expect(text()).toContain("shown");
    }
  });

  it("are hidden in the log alone, not in the object that was logged", () => {
    const { log } = capture();
    const fields = { user: { password: "s3cret" } };
    log.info(fields, "logged");
    expect(fields).toEqual({ user: { password: "s3cret" } });
  });
});

describe("a pretty log", () => {
  it("has one line per record, with the origin in front and the rest as JSON behind", () => {
    const { log, lines } = capture({ format: "pretty", bindings: { worker: 2 } });
    log.child({ connection: "9f" }).info({ bytes: 3, list: [1, { a: 1 }] }, "received");
    log.warn("plain");
    const time = "\\[\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\]";
    expect(lines()).toEqual([
      expect.stringMatching(
        new RegExp(
          `^${time} INFO: \\[worker 2 · pid ${process.pid} · connection 9f\\] received {"bytes":3,"list":\\[1,{"a":1}\\]}$`,
        ),
      ),
      expect.stringMatching(new RegExp(`^${time} WARN: \\[worker 2 · pid ${process.pid}\\] plain$`)),
    ]);
  });

  it("lets no message forge a line or steer the terminal", () => {
    const { log, lines, text } = capture({ format: "pretty" });
    log.child({ connection: "a\nb" }).info({ name: `x${ESCAPE}[2J` }, `one\n[00:00:00.000] INFO: two${ESCAPE}[31m`);
    expect(lines()).toHaveLength(1);
    expect(text()).not.toContain(ESCAPE);
    expect(text()).toContain("one\\u000a[00:00:00.000]");
  });

  it("puts the stack of an error below its line, with what else the error carries", () => {
    const { log, lines } = capture({ format: "pretty" });
    log.error({ error: Object.assign(new Error(`boom${ESCAPE}`), { code: "E_BOOM" }) }, "failed");
    const [first, second, ...stack] = lines();
    expect(first).toMatch(/ERROR: .*failed/);
    expect(second).toMatch(/^ {4}error: Error: boom\\u001b$/);
    expect(stack.join("\n")).toMatch(/^ +at .*logger\.test\.ts/m);
    expect(stack.join("\n")).toContain('{"code":"E_BOOM"}');
  });

  it("is coloured on a terminal only", () => {
    const inked = capture({ format: "pretty", isTTY: true });
    inked.log.info("hello");
    const noColor = process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== "";
    expect(inked.text().includes(ESCAPE)).toBe(!noColor);
    const plain = capture({ format: "pretty" });
    plain.log.info("hello");
    expect(plain.text()).not.toContain(ESCAPE);
  });
});

describe("the automatic format", () => {
  it("is pretty on a terminal and JSON elsewhere", () => {
    const terminal = capture({ format: "auto", isTTY: true });
    const file = capture({ format: "auto" });
    terminal.log.info("hello");
    file.log.info("hello");
    expect(() => JSON.parse(terminal.text())).toThrow(SyntaxError);
    expect(JSON.parse(file.text())).toMatchObject({ msg: "hello" });
  });
});
