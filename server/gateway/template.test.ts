import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gatewayEvent } from "./gateway-event.ts";
import { compileTemplate, MAX_NAME_BYTES } from "./template.ts";

const FROM = { connection: "c-1", action: "message", path: "/chat/room", tags: "", seq: 1 } as const;
const EVENT = gatewayEvent(FROM, "hello", 5, undefined);

function render(text: string, tags: Record<string, string> = {}, json: Record<string, string> = {}): string {
  return compileTemplate(text).render(EVENT, tags, new Map(Object.entries(json)));
}

describe("a template", () => {
  it.each([
    ["events", "events"],
    ["{path}.{action}.{type}", "chat.room.message.text"],
    ["to-{connection}", "to-c-1"],
    ["{tag.group}.{tag.none}", "blue._"],
    ["command-{json.command:unknown}", "command-unknown"],
    ["{tag.none:a:b}", "a:b"],
    ["{tag.none:}", ""],
  ])("%s becomes %s", (text, name) => {
    expect(render(text, { group: "blue" })).toBe(name);
  });

  it("has values of messages that are JSON", () => {
    expect(render("command-{json.command:unknown}", {}, { command: "join" })).toBe("command-join");
    expect(compileTemplate("{json.a}-{json.b:x}-{tag.c}").jsonNames).toEqual(["a", "b"]);
  });

  it("has a connection always in the same shard, and all shards in use", () => {
    const { render: shard } = compileTemplate("events-{shard.4}");
    const names = Array.from({ length: 1_000 }, (_, at) =>
      shard(gatewayEvent({ ...FROM, connection: `c${at}` }, undefined, 0, undefined), {}, new Map()),
    );
    expect([...new Set(names)].sort()).toEqual(["events-0", "events-1", "events-2", "events-3"]);
    expect(shard(EVENT, {}, new Map())).toBe(shard(EVENT, {}, new Map()));
  });

  it.each([
    ["{tag.group", "a brace has no partner"],
    ["tag.group}", "a brace has no partner"],
    ["{{path}}", "a brace has no partner"],
    ["{}", "{} is not one of"],
    ["{user}", "{user} is not one of"],
    ["{shard.0}", "{shard.0} is not one of"],
    ["{json.a.b}", "{json.a.b} is not one of"],
    ["a\nb", "it has control characters"],
    ["x".repeat(256), "it is too long"],
    ["{path}".repeat(16), "it is too long"],
    [`{tag.a:${"x".repeat(65)}}`, "is longer than 64 bytes"],
  ])("cannot be %j", (text, why) => {
    expect(() => compileTemplate(text)).toThrow(RangeError);
    expect(() => compileTemplate(text)).toThrow(why);
  });
});

describe("a value in a template", () => {
  it("is one word, whatever it has in it", () => {
    expect(render("{tag.a}.end", { a: "x.y" })).toBe("x%2Ey.end");
    expect(render("{tag.a}", { a: "*.#" })).toBe("%2A%2E%23");
    expect(render("{tag.a}", { a: "ü /\r\n" })).toBe("%C3%BC%20%2F%0D%0A");
    expect(render("{tag.a}", { a: "\ud800" })).toBe("%EF%BF%BD");
  });

  it("counts as missing where it is empty or too long", () => {
    expect(render("{tag.a:none}", { a: "" })).toBe("none");
    expect(render("{tag.a:none}", { a: "x".repeat(64) })).toBe("x".repeat(64));
    expect(render("{tag.a:none}", { a: "x".repeat(65) })).toBe("none");
    expect(render("{tag.a:none}", { a: ".".repeat(30) })).toBe("none");
  });

  it("is never what an object has by birth", () => {
    expect(render("{tag.constructor}{tag.toString}{tag.__proto__}")).toBe("___");
  });

  it("is never the same as another one, and no name is too long", () => {
    const text = fc.string({ unit: "binary", maxLength: 20 });
    const template = compileTemplate("{tag.a}.{tag.b}.{tag.c}");
    fc.assert(
      fc.property(text, text, text, text, (a, b, c, other) => {
        const name = template.render(EVENT, { a, b, c }, new Map());
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(MAX_NAME_BYTES);
        expect(name).toMatch(/^[A-Za-z0-9_%-]+\.[A-Za-z0-9_%-]+\.[A-Za-z0-9_%-]+$/);
        const [word] = name.split(".");
        const [otherWord] = template.render(EVENT, { a: other, b, c }, new Map()).split(".");
        if (a.isWellFormed() && other.isWellFormed() && a !== other && word === otherWord) expect(word).toBe("_");
      }),
    );
  });
});
