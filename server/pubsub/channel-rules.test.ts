import { describe, expect, it } from "vitest";
import { AppError } from "../../shared/errors.ts";
import type { ChannelRule } from "../app.ts";
import { ChannelRules } from "./channel-rules.ts";

function rules(table: Readonly<Record<string, ChannelRule>>): ChannelRules {
  const made = new ChannelRules();
  for (const [name, rule] of Object.entries(table)) made.add(name, rule);
  return made;
}

/** What is refused, by its code; undefined where nothing is. */
function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}

describe("the rule of a channel", () => {
  const exact: ChannelRule = { publish: true };
  const long: ChannelRule = { subscribe: true };
  const short: ChannelRule = { publish: false };
  const made = rules({ "a:*": short, "a:b:*": long, "a:b:c": exact });

  it("is that of its own name, or else of the longest pattern that fits", () => {
    expect(made.of("a:b:c")).toMatchObject(exact);
    expect(made.of("a:b:d")).toMatchObject(long);
    expect(made.of("a:c")).toMatchObject(short);
    expect(made.of("a:")).toMatchObject(short);
  });

  it("is missing where nothing fits: the channel does not exist", () => {
    expect(codeOf(() => made.of("b"))).toBe("NOT_FOUND");
    expect(codeOf(() => made.checkSubscribe("b"))).toBe("NOT_FOUND");
    expect(codeOf(() => made.checkPublish("b"))).toBe("NOT_FOUND");
  });

  it("has a history that makes sense, or is refused by name", () => {
    expect(rules({ a: { history: true } }).of("a").history).toEqual({ size: 100, ttlMs: 300_000, latest: false });
    const { history } = rules({ a: { history: { size: 5, ttlMs: 60_000, mode: "latest" } } }).of("a");
    expect(history).toEqual({ size: 1, ttlMs: 60_000, latest: true });
    expect(rules({ a: { history: false } }).of("a").history).toBeUndefined();
    const wrong = [{ size: 0 }, { size: 1.5 }, { size: 1_000_001 }, { ttlMs: 0 }, { ttlMs: 2 ** 31 }, { mode: "some" }];
    for (const history of wrong) {
      const rule = { history } as ChannelRule;
      expect(() => rules({ "a:*": rule }), JSON.stringify(history)).toThrow(/^The rule of the channel "a:\*": /);
    }
  });

  it("closes slow readers unless it says otherwise", () => {
    const made = rules({ a: {}, b: { slowReaders: "latest" } });
    expect([made.of("a").slowReaders, made.of("b").slowReaders]).toEqual(["close", "latest"]);
    expect(() => rules({ a: { slowReaders: "wait" as "close" } })).toThrow('The rule of the channel "a": slowReaders');
  });

  it("is given once", () => {
    expect(() => rules({ "a:*": {} }).add("a:*", {})).toThrow('There is a rule for the channel "a:*" already.');
    expect(() => rules({ "a:*": {} }).add("a:", {})).not.toThrow();
  });
});

describe("subscribing", () => {
  it("is allowed unless the rule says otherwise", () => {
    const made = rules({ open: {}, "said*": { subscribe: true }, closed: { subscribe: false } });
    expect(codeOf(() => made.checkSubscribe("open"))).toBeUndefined();
    expect(codeOf(() => made.checkSubscribe("said so"))).toBeUndefined();
    expect(codeOf(() => made.checkSubscribe("closed"))).toBe("FORBIDDEN");
  });

  it("to a pattern needs a rule that covers all of it", () => {
    const made = rules({ "chat:*": {}, chat: {} });
    expect(codeOf(() => made.checkSubscribe("chat:*"))).toBeUndefined();
    expect(codeOf(() => made.checkSubscribe("chat:de:*"))).toBeUndefined();
    expect(codeOf(() => made.checkSubscribe("chat*"))).toBe("NOT_FOUND");
    expect(codeOf(() => made.checkSubscribe("*"))).toBe("NOT_FOUND");
  });

  it("to a pattern that covers a closed channel or pattern is refused: it would be a way around", () => {
    const made = rules({ "*": {}, "admin:log": { subscribe: false }, "secret:*": { subscribe: false } });
    for (const pattern of ["*", "a*", "admin:*", "admin:log*", "s*", "secret:*", "secret:deep:*"]) {
      expect(
        codeOf(() => made.checkSubscribe(pattern)),
        pattern,
      ).toBe("FORBIDDEN");
    }
    expect(codeOf(() => made.checkSubscribe("admin:logs:*"))).toBeUndefined();
    expect(codeOf(() => made.checkSubscribe("b*"))).toBeUndefined();
  });
});

describe("publishing", () => {
  it("is allowed unless the rule says otherwise, and gives the rule", () => {
    const open: ChannelRule = { publish: true };
    const made = rules({ open, closed: { publish: false } });
    expect(made.checkPublish("open")).toMatchObject(open);
    expect(codeOf(() => made.checkPublish("closed"))).toBe("FORBIDDEN");
  });

  it("goes to one channel, never to a pattern", () => {
    expect(codeOf(() => rules({ "*": {} }).checkPublish("a*"))).toBe("BAD_REQUEST");
  });
});
