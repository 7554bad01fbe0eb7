import { describe, expect, it } from "vitest";
import { eventually } from "../../test/patience.ts";
import { Opcode } from "../../test/raw-frames.ts";
import { handshake } from "../../test/raw-handshake.ts";
import type { Transport, TransportHooks } from "../transport.ts";
import { LIMITS, type NotedHooks, notedTransport, type Opened } from "./noted-transport.ts";

/** What holds for every transport, whatever carries it. @param make makes one with {@link LIMITS} */
export function transportSuite(name: string, make: (hooks: TransportHooks) => Transport | Promise<Transport>): void {
  const listening = (hooks?: NotedHooks) => notedTransport(make, hooks);

  describe(`an upgrade, ${name}`, () => {
    it("may be refused, with any status", async () => {
      const { port } = await listening({ upgrade: () => ({ status: 401, headers: { "x-why": "token" }, body: "no" }) });
      const { status, headers, rest, socket } = await handshake({ port });
      socket.destroy();
      expect([status, headers.get("x-why"), rest.toString()]).toEqual([401, "token", "no"]);
    });

    it.each(["", ",", "one,,", "one, one"])("offers what it will: %j", async (offered) => {
      const { port, opened } = await listening({ upgrade: ({ offers }) => ({ subprotocol: offers[0] ?? "" }) });
      const { status, socket } = await handshake({ port, headers: { "Sec-WebSocket-Protocol": offered } });
      socket.destroy();
      expect(status).toBe(101);
      await eventually(() => expect(opened[0]?.request.offers[0]).toBe(/\w+/.exec(offered)?.[0]));
    });

    it("tells who asks, and for what", async () => {
      const { port, opened } = await listening({ upgrade: ({ offers }) => ({ subprotocol: offers[1] ?? "" }) });
      const { status, headers, socket } = await handshake({ port, path: "/a/b?c=%20d?e", offers: ["one", "two"] });
      expect([status, headers.get("sec-websocket-protocol")]).toEqual([101, "two"]);
      await eventually(() => expect(opened).toHaveLength(1));
      const { request } = opened[0] as Opened;
      expect(request).toMatchObject({ path: "/a/b", query: "c=%20d?e", address: "127.0.0.1", host: "127.0.0.1" });
      expect([request.offers, request.headers.get("upgrade")]).toEqual([["one", "two"], "websocket"]);
      socket.destroy();
    });
  });

  describe(`a socket, ${name}`, () => {
    it("may be touched after it is gone", async () => {
      const { opened, connect } = await listening();
      const client = await connect();
      client.destroy();
      await eventually(() => expect(opened[0]?.closes).toHaveLength(1));
      const { socket } = opened[0] as Opened;
      expect([socket.open, socket.unsent, socket.send("[1]")]).toEqual([false, 0, true]);
      socket.ping();
      socket.subscribe("news");
      socket.unsubscribe("news");
      socket.end(1000, "done");
      socket.terminate();
      expect(opened[0]?.closes).toEqual([1006]);
    });

    it("hears of its own end once, with the code it gave or got", async () => {
      const { opened, connect } = await listening({
        message(socket, text) {
          if (text === "end") socket.end(4000, "as asked");
          else socket.terminate();
        },
      });
      const [ended, cut, polite] = [await connect(), await connect(), await connect()];
      ended.text("end");
      cut.text("terminate");
      expect(await ended.closed).toEqual({ code: 4000, reason: "as asked" });
      expect((await cut.closed).code).toBe(1006);
      await polite.close(4001);
      await eventually(() => expect(opened.every(({ closes }) => closes.length > 0)).toBe(true));
      expect(opened.map(({ closes }) => closes)).toEqual([[4000], [1006], [4001]]);
    });

    it("carries text and bytes both ways", async () => {
      const { connect } = await listening({ message: (socket, text) => void socket.send(text) });
      const client = await connect();
      client.text('["text ü"]');
      expect(await client.next()).toEqual(["text ü"]);
      client.frame({ opcode: Opcode.BINARY, payload: '["bytes"]' });
      expect(await client.next()).toEqual(["bytes"]);
    });

    it("gets what is published to its topics, until it leaves them", async () => {
      const { transport, opened, connect } = await listening();
      const [first, second] = [await connect(), await connect()];
      for (const { socket } of opened) socket.subscribe("news");
      transport.publish("news", '["to both"]');
      expect(await first.next()).toEqual(["to both"]);
      expect(await second.next()).toEqual(["to both"]);
      opened[1]?.socket.unsubscribe("news");
      transport.publish("news", '["to one"]');
      expect(await first.next()).toEqual(["to one"]);
      opened[1]?.socket.send('["after"]');
      expect(await second.next()).toEqual(["after"]);
    });

    it("gets all that is published in one turn, more than the send budget too, in order with what it is sent", async () => {
      const { transport, opened, connect } = await listening();
      const client = await connect();
      const { socket, heard } = opened[0] as Opened;
      socket.subscribe("news");
      const expected: number[] = [];
      for (let count = 0; count < 60; count += 2) {
        transport.publish("news", JSON.stringify([count, "x".repeat(10_000)]));
        expect(socket.send(JSON.stringify([count + 1]))).toBe(true);
        expected.push(count, count + 1);
      }
      const got = (await client.take(expected.length)) as number[][];
      expect(got.map(([number]) => number)).toEqual(expected);
      expect(heard.dropped).toBe(0);
    });

    it("has its pings answered, which is a sign of life", async () => {
      const { opened, connect } = await listening();
      await connect();
      opened[0]?.socket.ping();
      await eventually(() => expect(opened[0]?.heard.alive).toBe(1));
    });

    it("drops what is beyond the send budget of a client that does not read, tells of publications, and of room", async () => {
      const { transport, opened, connect } = await listening();
      const client = await connect();
      const { socket, heard } = opened[0] as Opened;
      socket.subscribe("news");
      client.socket.pause();
      const frame = JSON.stringify(["x".repeat(50_000)]);
      let sent = 0;
      // the kernel takes some megabytes first
      while (socket.send(frame)) expect(++sent).toBeLessThan(10_000);
      expect(socket.unsent).toBeGreaterThan(LIMITS.sendBudget);
      expect(socket.unsent).toBeLessThan(LIMITS.sendBudget * 2);
      transport.publish("news", frame);
      expect(heard.dropped).toBe(0);
      await eventually(() => expect(heard.dropped).toBeGreaterThan(0));
      client.socket.resume();
      await eventually(() => expect(socket.unsent).toBe(0));
      await eventually(() => expect(heard.drained).toBeGreaterThan(0));
      for (let count = 0; count < sent; count++) await client.next();
      expect(socket.send("[1]")).toBe(true);
      expect(await client.next()).toEqual([1]);
    });

    it("is given somewhat larger messages than allowed, to refuse them by name, and no others", async () => {
      const { opened, connect } = await listening();
      const [large, larger] = [await connect(), await connect()];
      large.text("x".repeat(LIMITS.maxPayload * 2));
      await eventually(() => expect(opened[0]?.messages).toHaveLength(1));
      larger.text("x".repeat(LIMITS.maxPayload * 5));
      await larger.closed;
      expect(opened[1]?.messages).toEqual([]);
    });
  });

  it(`closes everything at once when it closes, ${name}`, async () => {
    const { transport, opened, connect } = await listening();
    const clients = [await connect(), await connect()];
    transport.close();
    for (const client of clients) expect((await client.closed).code).toBe(1006);
    await eventually(() => expect(opened.every(({ closes }) => closes.length === 1)).toBe(true));
  });
}
