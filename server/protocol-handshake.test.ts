import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { handshake } from "./test/raw-handshake.ts";
import { startTestServer, type TestServer } from "./test/test-server.ts";

const MSGPACK = "fugitive.v1.msgpack";
const JSON_TEXT = "fugitive.v1.json";

let run: TestServer;

beforeAll(async () => {
  run = await startTestServer();
});

afterAll(() => run.stop());

describe("the subprotocol", () => {
  it("is JSON, and not named, where a client offers none", async () => {
    const client = await run.connect({ offers: [], headers: { "Sec-WebSocket-Protocol": undefined } });
    expect(client.subprotocol).toBeUndefined();
    expect(await client.ask([14, "hi"])).toEqual([15, "hi"]);
    expect(client.frames.map(({ opcode }) => opcode)).toEqual([1]);
  });

  it.each([
    [[JSON_TEXT], JSON_TEXT, 1],
    [[MSGPACK], MSGPACK, 2],
    [[JSON_TEXT, MSGPACK], JSON_TEXT, 1],
    [[MSGPACK, JSON_TEXT], MSGPACK, 2],
    [["mqtt", MSGPACK, "graphql-ws", JSON_TEXT], MSGPACK, 2],
  ])("offered as %j becomes %s", async (offers, chosen, opcode) => {
    const client = await run.connect({ offers });
    expect(client.subprotocol).toBe(chosen);
    client.text("[14]");
    expect(await client.next()).toEqual([15]);
    expect(client.frames.map((frame) => frame.opcode)).toEqual([opcode]);
  });

  it("may be offered without spaces", async () => {
    const client = await run.connect({ headers: { "Sec-WebSocket-Protocol": `mqtt,${MSGPACK},${JSON_TEXT}` } });
    expect(client.subprotocol).toBe(MSGPACK);
  });

  it.each([[["mqtt"]], [["fugitive.v2.json", "chat"]], [["FUGITIVE.V1.JSON"]]])(
    "offered as %j alone is refused with both names that are known",
    async (offers) => {
      const { status, headers, rest } = await handshake({ port: run.port, offers });
      expect(status).toBe(400);
      expect(headers.get("content-type")).toBe("text/plain");
      expect(rest.toString()).toContain(MSGPACK);
      expect(rest.toString()).toContain(JSON_TEXT);
    },
  );
});

describe("the handshake", () => {
  it("proves that the server has read the key, and offers no extension", async () => {
    const { status, accepted, headers } = await handshake({
      port: run.port,
      headers: { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits" },
    });
    expect([status, accepted]).toEqual([101, true]);
    expect(headers.has("sec-websocket-extensions")).toBe(false);
  });

  it("works on any path, with any query", async () => {
    const client = await run.connect({ path: "/any/path?with=query&and=more" });
    expect(await client.ask([2, 1, "$ping"])).toEqual([3, 1, "pong"]);
  });
});
