import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, it, vi } from "vitest";
import { WebSocketServer } from "ws";
import { isBatch } from "../shared/codec.ts";
import { Kind } from "../shared/message.ts";
import { createMsgpackCodec } from "../shared/msgpack-codec.ts";
import { portableDeflate } from "../shared/portable-deflate.ts";
import * as browser from "./index.ts";
import * as node from "./node.ts";

it("has the same exports as the browser's entry", () => {
  expect(Object.keys(node).sort()).toEqual(Object.keys(browser).sort());
});

it("talks over the `ws` package, without its compression, and closes by 1000", async () => {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: true });
  const codec = createMsgpackCodec({ deflate: portableDeflate });
  await once(server, "listening");
  const offered: (string | undefined)[] = [];
  const closed = new Promise<number>((resolve) => {
    server.on("connection", (socket, request) => {
      offered.push(request.headers["sec-websocket-protocol"], request.headers["sec-websocket-extensions"]);
      socket.on("message", (data: Buffer) => {
        const decoded = codec.decode(data);
        const messages = (isBatch(decoded) ? decoded : [decoded]) as [number, number, string, unknown][];
        const call = messages.find(([kind]) => kind === Kind.CALL);
        if (call !== undefined) socket.send(codec.frame([codec.encode([Kind.RESULT, call[1], call[3]])]));
      });
      socket.on("close", resolve);
    });
  });
  const client = node.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const large = { text: "deflate me. ".repeat(1_000), bytes: Uint8Array.of(1, 2, 3) };
  const answer = (await client.call("echo", large)) as typeof large;
  expect([answer.text, [...answer.bytes]]).toEqual([large.text, [1, 2, 3]]);
  expect(offered).toEqual(["fugitive.v1.msgpack", undefined]);
  client.close();
  expect(await closed).toBe(1000);
  await new Promise((resolve) => server.close(resolve));
});

it("survives being closed before the connection is there, and a server that is not", async () => {
  const client = node.connect("ws://127.0.0.1:1");
  client.close();
  const refused = node.connect("ws://127.0.0.1:1");
  await vi.waitFor(() => expect(refused.state).toBe("waiting"), { timeout: 5_000 });
  refused.close();
  expect([client.state, refused.state]).toEqual(["closed", "closed"]);
});
