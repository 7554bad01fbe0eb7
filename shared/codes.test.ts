import { describe, expect, it } from "vitest";
import { afterClose, CLOSE_CODES, CloseCode, ERROR_CODES } from "./codes.ts";

describe("ERROR_CODES", () => {
  it("has a sentence for each code", () => {
    for (const { text } of Object.values(ERROR_CODES)) expect(text).toMatch(/^[A-Z].+\.$/);
  });
});

describe("CLOSE_CODES", () => {
  it("has an entry for each code of CloseCode, and no other", () => {
    expect(Object.keys(CLOSE_CODES).map(Number)).toEqual(Object.values(CloseCode));
  });

  it("holds codes that an endpoint may send, with reasons that fit into a close frame", () => {
    for (const [code, { text }] of Object.entries(CLOSE_CODES)) {
      expect(/^(100[01237]|1009|101[23]|4\d{3})$/.test(code)).toBe(true);
      expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(123);
    }
  });
});

describe("afterClose", () => {
  it("follows the table", () => {
    expect(afterClose(CloseCode.NORMAL)).toBe("stop");
    expect(afterClose(CloseCode.GOING_AWAY)).toBe("reconnect");
    expect(afterClose(CloseCode.UNAUTHENTICATED)).toBe("new-token");
    expect(afterClose(CloseCode.FLOODING)).toBe("reconnect-later");
    expect(afterClose(CloseCode.BANNED)).toBe("stop");
  });

  it("takes a code that nobody agreed on for a lost network", () => {
    for (const code of [1005, 1006, 1011, 1015, 3000, 4999, 0, -1, Number.NaN]) {
      expect(afterClose(code)).toBe("reconnect");
    }
  });
});
