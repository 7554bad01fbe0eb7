import { describe, expect, it } from "vitest";
import { defineApp } from "../app.ts";
import type { ServerOptions } from "../server.ts";
import { handshake } from "../test/raw-handshake.ts";
import { serve } from "../test/test-server.ts";
import { originCheck } from "./origin.ts";

const check = originCheck([]);

/** Whether a page of `origin` may connect to `host`. */
function may(origin: string, host: string, secure?: boolean): boolean {
  return check({ headers: new Map([["origin", origin]]), host, secure }) === undefined;
}

describe("a page is of the server's own origin", () => {
  it.each([
    ["http://localhost:8080", "localhost:8080"],
    ["https://example.com", "example.com"],
    ["https://example.com", "example.com:443"],
    ["http://example.com", "example.com:80"],
    ["https://example.com:443", "EXAMPLE.com"],
    ["http://[::1]:8080", "[0::1]:8080"],
  ])("%s at %s", (origin, host) => {
    expect(may(origin, host)).toBe(true);
  });

  it.each([
    ["http://localhost:3000", "localhost:8080"],
    ["http://evil.example", "example.com"],
    ["https://example.com", "example.com:80"],
    ["http://example.com", "example.com:443"],
    ["http://example.com.", "example.com"],
    ["http://example.com", "example.com."],
    ["http://example.com@evil.example", "example.com"],
    ["http://sub.example.com", "example.com"],
    ["http://example.com", ""],
    ["http://example.com", "example.com, evil.example"],
    ["http://example.com", "user@example.com"],
    ["http://example.com", "example.com/x"],
    ["ftp://example.com", "example.com"],
    ["null", "null"],
    ["", ""],
  ])("but not %j at %j", (origin, host) => {
    expect(may(origin, host)).toBe(false);
  });

  it("where it came as the connection does: encrypted or not, where that is known", () => {
    expect(may("https://example.com", "example.com", true)).toBe(true);
    expect(may("http://example.com", "example.com", true)).toBe(false);
    expect(may("http://example.com", "example.com", false)).toBe(true);
    expect(may("https://example.com", "example.com", false)).toBe(false);
  });
});

describe("a request for a WebSocket", () => {
  async function statusOf(options: ServerOptions, headers: Record<string, string | undefined>) {
    const { port } = await serve(defineApp({}), options);
    const host = `localhost:${port}`;
    const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value?.replace("OWN", host)]));
    const { status, rest, socket } = await handshake({ port, headers: { Host: host, ...own } });
    socket.destroy();
    return { status, body: rest.toString() };
  }

  it("without an origin is no page's, and granted", async () => {
    expect(await statusOf({}, {})).toMatchObject({ status: 101 });
  });

  it("of a page of this server is granted", async () => {
    expect(await statusOf({}, { Origin: "http://OWN" })).toMatchObject({ status: 101 });
  });

  it.each(["https://evil.example", "null", "", "http://OWN.evil.example", "http://OWN, https://evil.example"])(
    "of %j is refused, and it is said what would change that",
    async (origin) => {
      const { status, body } = await statusOf({}, { Origin: origin });
      expect(status).toBe(403);
      expect(body).toMatch(/the server's option `origins` has to list it\.\n$/);
    },
  );

  it("of a listed origin is granted", async () => {
    const origins = ["https://app.example.com", "https://*.example.org"];
    expect(await statusOf({ origins }, { Origin: "https://app.example.com" })).toMatchObject({ status: 101 });
    expect(await statusOf({ origins }, { Origin: "https://a.example.org" })).toMatchObject({ status: 101 });
    expect(await statusOf({ origins }, { Origin: "http://OWN" })).toMatchObject({ status: 101 });
    expect(await statusOf({ origins }, { Origin: "https://evil.example" })).toMatchObject({ status: 403 });
    expect(await statusOf({ origins: ["*"] }, { Origin: "null" })).toMatchObject({ status: 101 });
  });

  const asForwarded = { Origin: "https://app.example.com", "X-Forwarded-Host": "app.example.com" };

  it("of the host that a trusted proxy was asked for is granted", async () => {
    const trustedProxies = ["127.0.0.0/8"];
    const https = { ...asForwarded, "X-Forwarded-Proto": "https" };
    expect(await statusOf({ trustedProxies }, https)).toMatchObject({ status: 101 });
    expect(await statusOf({ trustedProxies }, { ...https, "X-Forwarded-Proto": "http" })).toMatchObject({
      status: 403,
    });
    expect(await statusOf({ trustedProxies }, { ...https, "X-Forwarded-Host": "evil.example" })).toMatchObject({
      status: 403,
    });
  });

  it("is not believed to be for another host where nobody trusted says so", async () => {
    expect(await statusOf({}, asForwarded)).toMatchObject({ status: 403 });
    expect(await statusOf({ trustedProxies: ["10.0.0.0/8"] }, asForwarded)).toMatchObject({ status: 403 });
  });
});
