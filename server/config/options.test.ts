import { describe, expect, it } from "vitest";
import { OPTION_KEYS, OPTIONS } from "./options.ts";

describe("the table of options", () => {
  it.each(OPTION_KEYS)("has a default for %s that its own type accepts", (key) => {
    const { type, default: initial } = OPTIONS[key];
    expect(type.safeParse(initial)).toEqual({ success: true, data: initial });
  });

  it.each(OPTION_KEYS)("names the flag of %s after it", (key) => {
    expect(OPTIONS[key].flag).toBe(key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  });

  it("gives no environment variable to two options", () => {
    expect(new Set(OPTION_KEYS.map((key) => OPTIONS[key].env)).size).toBe(OPTION_KEYS.length);
  });

  it.each(OPTION_KEYS)("describes %s in one short line", (key) => {
    expect(OPTIONS[key].description).toMatch(/^[^\n.]{10,66}(\.[^\n]+)?$/);
  });
});

describe("the types of options", () => {
  const accepts = (key: (typeof OPTION_KEYS)[number], value: unknown) => OPTIONS[key].type.safeParse(value).success;

  it.each([0, 65_535, "0", "9000", "6_5_535"])("take %j as a port", (value) => {
    expect(accepts("port", value)).toBe(true);
  });

  it.each([
    -1,
    65_536,
    80.5,
    Number.NaN,
    "",
    " 80",
    "80 ",
    "8e3",
    "0x50",
    "_80",
    "80_",
    "8__0",
    "-1",
    "٨",
    true,
    null,
    [],
  ])("do not take %j as a port", (value) => {
    expect(accepts("port", value)).toBe(false);
  });

  it("take the word off for the control port alone", () => {
    expect(accepts("controlPort", "off")).toBe(true);
    expect(accepts("controlPort", "0")).toBe(true);
    expect(accepts("controlPort", "on")).toBe(false);
    expect(accepts("port", "off")).toBe(false);
  });

  it.each(["0.0.0.0", "127.0.0.1", "::", "::1", "fe80::1%eth0", "localhost", "a-b.example.org"])(
    "take %s as a host",
    (value) => {
      expect(accepts("host", value)).toBe(true);
    },
  );

  it.each(["", "http://localhost", "localhost:8080", "127.0.0.1:80", "[::1]", "a b", 1])(
    "do not take %j as a host",
    (value) => {
      expect(accepts("host", value)).toBe(false);
    },
  );

  it("take a name of one line as the node's", () => {
    expect(accepts("node", "Zürich 1")).toBe(true);
    expect(accepts("node", " ")).toBe(false);
    expect(accepts("node", "a\nb")).toBe(false);
    expect(accepts("node", "a".repeat(256))).toBe(false);
  });

  it("refuse times that a timer cannot keep", () => {
    expect(accepts("callTimeoutMs", 2_147_483_647)).toBe(true);
    expect(accepts("callTimeoutMs", 2_147_483_648)).toBe(false);
    expect(accepts("callTimeoutMs", 0)).toBe(false);
    expect(accepts("drainMs", 0)).toBe(true);
  });
});
