import { createConnection } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { ask, HOST, IDLE, openControl, startControl } from "../test/control-port.ts";

const TOKEN = "0123456789abcdef";

describe("the control port", () => {
  it.each([
    ["a script of another site", { origin: "https://evil.example" }],
    ["a script of a local file", { origin: "null" }],
    ["an image of another site", { "sec-fetch-site": "cross-site" }],
    ["an image of another port of this machine", { "sec-fetch-site": "same-site" }],
    ["a page that came from here, as none does", { "sec-fetch-site": "same-origin" }],
    ["what a later browser may say", { "sec-fetch-site": "something" }],
    ["a page under a name that was made to lead here", { host: "evil.example:8081" }],
    ["a page under a name that looks like an address", { host: "127.0.0.1.evil.example" }],
  ])("is closed to %s", async (_, headers) => {
    const port = await startControl({ reload: () => expect.unreachable(), scale: () => expect.unreachable() });
    for (const path of ["/status", "/healthz", "/nothing"]) {
      expect(await ask(port, path, { headers })).toMatchObject({ status: 403 });
    }
    for (const path of ["/reload", "/scale?workers=1"]) {
      expect(await ask(port, path, { method: "POST", headers })).toMatchObject({ status: 403 });
    }
  });

  it.each(["localhost:8081", "localhost", "LOCALHOST", "127.0.0.1:8081", "[::1]:8081"])(
    "is open under %s",
    async (host) => {
      expect(await ask(await startControl(), "/healthz", { headers: { host } })).toMatchObject({ status: 200 });
    },
  );

  it.each([
    ["open to who names no host, as a load balancer's check in HTTP/1.0", "", 200],
    ["closed to who names an empty one", "Host:\r\n", 403],
    ["closed to who names no host but the page it comes from", "Origin: https://evil.example\r\n", 403],
  ])("is %s", async (_, headers, status) => {
    const socket = createConnection(await startControl(), HOST);
    socket.write(`GET /healthz HTTP/1.0\r\n${headers}\r\n`);
    const answer = await text(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it("is open to somebody who typed its address", async () => {
    expect(await ask(await startControl(), "/status", { headers: { "sec-fetch-site": "none" } })).toMatchObject({
      status: 200,
    });
  });

  it("is open under any name where it is open to other machines", async () => {
    const port = await startControl({}, "0.0.0.0");
    expect(await ask(port, "/healthz", { headers: { host: "fugitive:8081" } })).toMatchObject({ status: 200 });
  });

  it.each([
    ["none", {}],
    ["an empty one", { authorization: "" }],
    ["another", { authorization: "Bearer 0123456789abcdee" }],
    ["one that begins like it", { authorization: `Bearer ${TOKEN}f` }],
    ["its beginning", { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ["it, in another way", { authorization: `Basic ${TOKEN}` }],
    ["it, in the address", {}, `?token=${TOKEN}`],
  ])("with a token, tells and does nothing for who presents %s", async (_, headers, query = "") => {
    const primary = { ...IDLE, reload: () => expect.unreachable(), scale: () => expect.unreachable() };
    const { port } = await openControl({ host: HOST, port: 0, primary, token: TOKEN });
    for (const [method, path] of [
      ["GET", "/status"],
      ["POST", "/reload"],
      ["POST", "/scale"],
      ["GET", "/nothing"],
    ] as const) {
      const { status, headers: given } = await ask(port, path + query, { method, headers });
      expect([status, given["www-authenticate"]]).toEqual([401, "Bearer"]);
    }
    expect(await ask(port, "/healthz", { headers })).toMatchObject({ status: 200 });
    expect(await ask(port, "/readyz", { headers })).toMatchObject({ status: 200 });
  });

  it("with a token, serves who presents it, but no page", async () => {
    const { port } = await openControl({ host: HOST, port: 0, primary: IDLE, token: TOKEN });
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect(await ask(port, "/status", { headers })).toMatchObject({ status: 200 });
    expect(await ask(port, "/reload", { method: "POST", headers })).toMatchObject({ status: 202 });
    const fromPage = { ...headers, origin: "https://evil.example" };
    expect(await ask(port, "/status", { headers: fromPage })).toMatchObject({ status: 403 });
  });

  it.each([
    ["of a length", "Content-Length: 1000000\r\n"],
    ["in pieces", "Transfer-Encoding: chunked\r\n"],
  ])("takes no body %s, and nothing that follows it", async (_, header) => {
    const port = await startControl({ reload: () => expect.unreachable() });
    const socket = createConnection(port, HOST);
    socket.write(`POST /reload HTTP/1.1\r\nHost: ${HOST}\r\n${header}\r\n`);
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
  });

  it("does not take another method for the one that a header names", async () => {
    const port = await startControl({ reload: () => expect.unreachable() });
    const headers = { "x-http-method-override": "POST" };
    const { status, headers: given } = await ask(port, "/reload", { headers });
    expect([status, given.allow]).toEqual([405, "POST"]);
  });

  it("refuses headers that are too large", async () => {
    const socket = createConnection(await startControl(), HOST);
    socket.on("error", () => undefined);
    socket.write(`GET /healthz HTTP/1.1\r\nHost: ${HOST}\r\nX-Bomb: ${"x".repeat(40_000)}\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1.1 431 /);
  });

  it("hangs up on who says nothing, half a request, or half of it a byte at a time", async () => {
    const port = await startControl();
    const sockets = Array.from({ length: 3 }, () => createConnection(port, HOST));
    const closed = sockets.map(
      (socket) => new Promise((resolve) => socket.on("error", () => undefined).on("close", resolve)),
    );
    for (const socket of sockets) socket.resume();
    sockets[1]?.write("GET /healthz HTTP/1.1\r\n");
    const drip = setInterval(() => sockets[2]?.writable && sockets[2].write("X"), 200);
    await Promise.all(closed);
    clearInterval(drip);
  });
});
