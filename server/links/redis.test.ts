import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { connectRedis } from "./redis.ts";

/** Takes connections, and says nothing. */
async function startSilent(): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it("a Redis that takes connections and says nothing is given up", async () => {
  const url = await startSilent();
  const connecting = connectRedis({ url, connectMs: 50 }, () => undefined, new AbortController().signal);
  await expect(connecting).rejects.toThrow();
});

it("an attempt to connect can be ended", async () => {
  const url = await startSilent();
  const ended = new AbortController();
  const connecting = connectRedis({ url }, () => undefined, ended.signal);
  const outcome = expect(connecting).rejects.toThrow();
  await new Promise(setImmediate);
  ended.abort();
  await outcome;
});
