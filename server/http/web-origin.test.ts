import { describe, expect, it } from "vitest";
import { isOriginPattern, originMatcher, parseOrigin } from "./web-origin.ts";

describe("an origin", () => {
  it.each([
    ["https://example.com", { scheme: "https", host: "example.com", port: "443" }],
    ["http://EXAMPLE.com:80", { scheme: "http", host: "example.com", port: "80" }],
    ["HTTPS://example.com:8443", { scheme: "https", host: "example.com", port: "8443" }],
    ["http://[::1]:8080", { scheme: "http", host: "[::1]", port: "8080" }],
    ["http://[0:0::1]", { scheme: "http", host: "[::1]", port: "80" }],
    ["https://bücher.example", { scheme: "https", host: "xn--bcher-kva.example", port: "443" }],
    ["capacitor://localhost", { scheme: "capacitor", host: "localhost", port: "" }],
    ["http://127.1", { scheme: "http", host: "127.0.0.1", port: "80" }],
  ])("%s is read", (text, origin) => {
    expect(parseOrigin(text)).toEqual(origin);
  });

  it.each([
    "",
    "null",
    "example.com",
    "//example.com",
    "https://",
    "https://user@example.com",
    "https://example.com:443@evil.example",
    "https://example.com/",
    "https://example.com/path",
    "https://example.com?x",
    "https://example.com#x",
    "https://example.com\\.evil.example",
    "https://exam ple.com",
    " https://example.com",
    "https://example.com, https://evil.example",
    "https://example.com:65536",
    "https://example.com:",
    "https://example.com:443:443",
    "https://exa%6dple.com",
    "https://::1",
    "https://[::1",
    "https://[::zz]",
    "https://*.example.com",
    "javascript:alert(1)",
  ])("%j is none", (text) => {
    expect(parseOrigin(text)).toBeUndefined();
  });
});

describe("a list of origins", () => {
  const has = originMatcher(["https://app.example.com", "http://localhost:3000", "https://*.example.org", "null"]);

  it.each([
    "https://app.example.com",
    "https://APP.example.com:443",
    "http://localhost:3000",
    "https://a.example.org",
    "https://a.b.example.org",
    "null",
  ])("has %s", (origin) => {
    expect(has(origin)).toBe(true);
  });

  it.each([
    "http://app.example.com",
    "https://app.example.com:8443",
    "https://app.example.com.",
    "https://app.example.com.evil.example",
    "https://evil.example/https://app.example.com",
    "https://example.com",
    "https://example.org",
    "https://evilexample.org",
    "https://.example.org.evil.example",
    "http://a.example.org",
    "https://a.example.org:8443",
    "https://a.example.org@evil.example",
    "http://localhost",
    "",
    "NULL",
  ])("does not have %j", (origin) => {
    expect(has(origin)).toBe(false);
  });

  it("has everything with a star, and nothing where it is empty", () => {
    for (const origin of ["https://evil.example", "null", "", "nonsense"]) {
      expect(originMatcher(["*"])(origin)).toBe(true);
      expect(originMatcher([])(origin)).toBe(false);
    }
  });

  it.each(["*", "null", "https://example.com", "https://*.example.com:8443", "chrome-extension://abcdef"])(
    "may have %s",
    (pattern) => {
      expect(isOriginPattern(pattern)).toBe(true);
    },
  );

  it.each([
    "example.com",
    "*.example.com",
    "https://*",
    "https://*.*.com",
    "https://a.*.com",
    "https://a*.com",
    "https://x/",
  ])("may not have %s", (pattern) => {
    expect(isOriginPattern(pattern)).toBe(false);
  });
});
