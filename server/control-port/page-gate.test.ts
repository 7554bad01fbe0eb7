import { describe, expect, it } from "vitest";
import { ask, HOST, IDLE, openControl } from "../test/control-port.ts";
import { handshake } from "../test/raw-handshake.ts";
import { refuseUpgrade } from "../transport/refuse-upgrade.ts";
import type { Dashboard } from "./control-port.ts";

const TOKEN = "0123456789abcdef";
const PAGE = { status: 200, headers: { "content-type": "text/html" } };

/** A control port with a page at `/`, whose WebSockets are told that they got through, and a token. */
async function withPage(host = HOST): Promise<number> {
  const dashboard: Dashboard = {
    file: (path) => (path === "/" ? () => ({ ...PAGE, body: Buffer.from("page") }) : undefined),
    upgrade: (_, socket) => refuseUpgrade(socket, { status: 418, body: "came through" }),
    close: async () => undefined,
    kill: () => undefined,
  };
  return (await openControl({ host, port: 0, primary: IDLE, token: TOKEN, dashboard: () => dashboard })).port;
}

async function upgraded(port: number, headers: Record<string, string | undefined>): Promise<number> {
  const { status, socket } = await handshake({ port, headers });
  socket.destroy();
  return status;
}

describe("the dashboard's files are given", () => {
  it.each([
    [
      "to whoever typed the address",
      { "sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
    ],
    [
      "to who followed a link of another site",
      { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
    ],
    ["to the page itself", { "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "script" }],
    ["to the page itself, where it says who it is", { host: "localhost:8081", origin: "http://localhost:8081" }],
    ["to browsers that say nothing", {}],
  ])("%s, without the token", async (_, headers) => {
    expect(await ask(await withPage(), "/", { headers })).toMatchObject({ status: 200, body: "page" });
  });

  it.each([
    [
      "a script of another site",
      { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script" },
    ],
    [
      "a frame of another site",
      { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" },
    ],
    [
      "a script of another port",
      { "sec-fetch-site": "same-site", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" },
    ],
    ["a page of another site", { origin: "https://evil.example" }],
    ["a page without an origin", { origin: "null" }],
    ["a page under a name that was made to lead here", { host: "evil.example:8081", "sec-fetch-site": "same-origin" }],
  ])("but not to %s", async (_, headers) => {
    expect(await ask(await withPage(), "/", { headers })).toMatchObject({ status: 403 });
  });

  it("and are not to be changed", async () => {
    const { status, headers } = await ask(await withPage(), "/", { method: "POST" });
    expect([status, headers.allow]).toEqual([405, "GET, HEAD"]);
  });

  it("and all else stays closed to pages, also to this one", async () => {
    const port = await withPage();
    const own = { host: "localhost:8081", origin: "http://localhost:8081", "sec-fetch-site": "same-origin" };
    const authorization = `Bearer ${TOKEN}`;
    for (const path of ["/status", "/workers", "/healthz", "/nothing"]) {
      expect(await ask(port, path, { headers: { ...own, authorization } })).toMatchObject({ status: 403 });
    }
    expect(await ask(port, "/reload", { method: "POST", headers: { ...own, authorization } })).toMatchObject({
      status: 403,
    });
    expect(await ask(port, "/status")).toMatchObject({ status: 401 });
  });
});

describe("a WebSocket of the control port", () => {
  it.each([
    ["localhost", { Host: "localhost:8081", Origin: "http://localhost:8081" }],
    ["an address", { Host: "127.0.0.1:8081", Origin: "http://127.0.0.1:8081", "Sec-Fetch-Site": "same-origin" }],
    ["an IPv6 address", { Host: "[::1]:8081", Origin: "http://[::1]:8081" }],
    ["a proxy that encrypts", { Host: "127.0.0.1", Origin: "https://127.0.0.1:443" }],
  ])("is for its own page, at %s", async (_, headers) => {
    expect(await upgraded(await withPage(), headers)).toBe(418);
  });

  it.each([
    ["no page", { Host: "localhost:8081" }],
    ["a page of another site", { Host: "localhost:8081", Origin: "https://evil.example" }],
    ["a page of another port", { Host: "localhost:8081", Origin: "http://localhost:8080" }],
    ["a page of another name of this machine", { Host: "localhost:8081", Origin: "http://127.0.0.1:8081" }],
    ["a page without an origin", { Host: "localhost:8081", Origin: "null" }],
    ["a page of no web site", { Host: "localhost:8081", Origin: "chrome-extension://localhost:8081" }],
    ["two origins", { Host: "localhost:8081", Origin: "http://localhost:8081, http://localhost:8081" }],
    [
      "what a browser says is another site",
      { Host: "localhost:8081", Origin: "http://localhost:8081", "Sec-Fetch-Site": "cross-site" },
    ],
    [
      "a page under a name that was made to lead here",
      { Host: "evil.example:8081", Origin: "http://evil.example:8081" },
    ],
    [
      "a page under a name that looks like an address",
      { Host: "127.0.0.1.evil.example", Origin: "http://127.0.0.1.evil.example" },
    ],
  ])("is not for %s", async (_, headers) => {
    expect(await upgraded(await withPage(), headers)).toBe(403);
  });

  it("is for its own page under any name where the port is open to other machines", async () => {
    const port = await withPage("0.0.0.0");
    expect(await upgraded(port, { Host: "ops.example:8081", Origin: "http://ops.example:8081" })).toBe(418);
    expect(await upgraded(port, { Host: "ops.example:8081", Origin: "http://evil.example:8081" })).toBe(403);
  });

  it("is none where there is no dashboard", async () => {
    const { port } = await openControl({ host: HOST, port: 0, primary: IDLE });
    const headers = { Host: "localhost:8081", Origin: "http://localhost:8081" };
    expect(await upgraded(port, headers)).toBe(403);
  });
});
