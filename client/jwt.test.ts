import { describe, expect, it } from "vitest";
import { jwtExpiry } from "./jwt.ts";

describe("jwtExpiry", () => {
  const jwt = (payload: string) => `e30.${Buffer.from(payload).toString("base64url")}.c2ln`;

  it("reads when a JWT expires, whatever letters its payload has", () => {
    expect(jwtExpiry(jwt('{"exp":1700000000}'))).toBe(1_700_000_000_000);
    expect(jwtExpiry(jwt('{"name":"Žofie ?>?>~~ 漢字","exp":1700000000.5}'))).toBe(1_700_000_000_500);
  });

  it("knows nothing of any other token", () => {
    for (const token of [
      "",
      "secret",
      "a.b",
      "a.b.c",
      jwt("{}"),
      jwt('{"exp":"1"}'),
      jwt('{"exp":1e999}'),
      jwt("null"),
    ])
      expect(jwtExpiry(token)).toBeUndefined();
  });
});
