import { describe, expect, it } from "vitest";
import { defineApp } from "../app.ts";
import { serve } from "../test/test-server.ts";
import { type RateLimit, rateRule } from "./rate-rule.ts";

const wrong: [rateLimit: unknown, complaint: string][] = [
  [{ limit: 0, perMs: 1 }, "rateLimit.limit must be a whole number from 1 to 1000000000, not 0."],
  [{ limit: 1.5, perMs: 1 }, "rateLimit.limit must be a whole number"],
  [{ limit: 1, perMs: 0 }, "rateLimit.perMs must be a whole number from 1 to 86400000, not 0."],
  [{ limit: 1 }, "rateLimit.perMs must be a whole number"],
  [{ limit: "5", perMs: 1 }, "rateLimit.limit must be a whole number"],
  [
    { limit: 1, perMs: 1, by: "session" },
    "rateLimit.by must be one of connection, user, ip, or tag: and a tag's name, not session.",
  ],
  [{ limit: 1, perMs: 1, per: "user" }, "rateLimit.per is not known."],
  [5, "rateLimit must be { limit, perMs }."],
];

describe("a rate of an application", () => {
  it("is by connection where nothing else is said, and none where there is none", () => {
    expect(rateRule("call x", { limit: 5, perMs: 1_000 })).toMatchObject({ name: "call x", by: "connection" });
    expect(rateRule("call x", undefined)).toBeUndefined();
  });

  it.each(wrong)("is refused when the server starts where it makes no sense: %j", async (rateLimit, complaint) => {
    const one = rateLimit as RateLimit;
    const procedure = defineApp({ procedures: { login: { rateLimit: one, handler: () => 1 } } });
    await expect(serve(procedure)).rejects.toThrow(`The procedure "login": ${complaint}`);
    const channel = defineApp({ channels: { "chat:*": { rateLimit: one } } });
    await expect(serve(channel)).rejects.toThrow(`The rule of the channel "chat:*": ${complaint}`);
  });
});
