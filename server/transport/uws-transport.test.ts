import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { RawClient } from "../test/raw-client.ts";
import { handshake, openSocket } from "../test/raw-handshake.ts";
import { until } from "../test/test-server.ts";
import { loadDuplicate } from "./adopt.ts";
import { dealing } from "./test/dealing.ts";
import type { HttpRoute, Socket, SocketOwner, TransportHooks, UpgradeRequest } from "./transport.ts";
import { createUwsTransport, type UwsTransportOptions } from "./uws-transport.ts";

interface Opened {
  readonly socket: Socket;
  readonly request: UpgradeRequest;
  readonly messages: string[];
  readonly closes: number[];
}

interface Setup extends Partial<Pick<TransportHooks, "upgrade">> {
  readonly balance?: UwsTransportOptions["balance"];
  readonly routes?: readonly HttpRoute[];
  /** Called with every message. */
  readonly message?: (socket: Socket, text: string) => void;
}

/** A transport whose owner does nothing but note, and what `message` does. */
async function listening({ balance = "kernel", routes = [], message, upgrade }: Setup = {}) {
  const opened: Opened[] = [];
  const warnings: string[] = [];
  const deal = balance === "round-robin" ? await dealing() : undefined;
  const limits = { maxPayload: 1_000, sendBudget: 100_000, trustedProxies: [] };
  const options = { host: "127.0.0.1", port: deal?.port ?? 0, ...limits, balance, deal };
  const transport = createUwsTransport(
    { ...options, warn: (text) => void warnings.push(text) },
    {
      upgrade: upgrade ?? (() => ({ subprotocol: "" })),
      open(socket, request): SocketOwner {
        const one: Opened = { socket, request, messages: [], closes: [] };
        opened.push(one);
        return {
          message(bytes) {
            const text = Buffer.from(bytes).toString();
            one.messages.push(text);
            message?.(socket, text);
          },
          alive: () => undefined,
          drained: () => undefined,
          dropped: () => undefined,
          closed: (code) => void one.closes.push(code),
        };
      },
    },
    routes,
  );
  const port = await transport.listen();
  onTestFinished(() => transport.close());
  const connect = () => RawClient.connect({ port, offers: [], headers: { "Sec-WebSocket-Protocol": undefined } });
  return { transport, port, opened, warnings, connect };
}

describe.each(["kernel", "round-robin"] as const)("a transport that is balanced by %s", (balance) => {
  it("carries messages both ways, and knows who is there", async () => {
    const { port, opened, warnings, connect } = await listening({
      balance,
      message: (socket, text) => void socket.send(`["${text}"]`),
    });
    expect(port).toBeGreaterThan(0);
    const client = await connect();
    client.text("hello");
    expect(await client.next()).toEqual(["hello"]);
    expect(opened).toHaveLength(1);
    expect(opened[0]?.request).toMatchObject({ path: "/", query: "", address: "127.0.0.1", offers: [] });
    expect(opened[0]?.request.headers.get("upgrade")).toBe("websocket");
    expect(warnings).toEqual([]);
  });

  it("serves HTTP on the same port", async () => {
    const routes: HttpRoute[] = [
      {
        path: "/now",
        answer: ({ query }) => ({ status: 200, headers: { "x-test": "yes" }, body: `at once ${query}` }),
      },
      { path: "/later", answer: async () => ({ status: 503, body: Buffer.from("later") }) },
      { path: "/broken", answer: () => Promise.reject(new Error("a detail for nobody")) },
    ];
    const { port } = await listening({ balance, routes });
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return [response.status, await response.text()];
    };
    expect(await get("/now?a=1")).toEqual([200, "at once a=1"]);
    expect(await get("/later")).toEqual([503, "later"]);
    expect(await get("/broken")).toEqual([500, "Internal error\n"]);
    expect(await get("/")).toEqual([404, "Not found\n"]);
  });

  it("keeps the connections that are there when it stops listening", async () => {
    const { transport, port, connect } = await listening({
      balance,
      message: (socket) => void socket.send("[1]"),
    });
    const client = await connect();
    transport.stopListening();
    await until(() =>
      openSocket(port).then(
        (socket) => void socket.destroy(),
        () => true,
      ),
    );
    client.text("still");
    expect(await client.next()).toEqual([1]);
    transport.stopListening();
  });

  it("hangs up on plain requests after an answer once it has stopped listening, and says so", async () => {
    const answers = { now: { status: 200, body: "now" }, later: { status: 200, body: "later" } };
    const routes: HttpRoute[] = [
      { path: "/now", answer: () => answers.now },
      { path: "/later", answer: () => Promise.resolve(answers.later) },
    ];
    const { transport, port } = await listening({ balance, routes });
    const asks = ["/now", "/later", "/nowhere"].map((path) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      onTestFinished(() => agent.destroy());
      return async () => {
        const [response] = (await once(get({ port, path, agent, host: "127.0.0.1" }), "response")) as [IncomingMessage];
        response.resume();
        await once(response, "end");
        return response.headers.connection === "close";
      };
    });
    for (const ask of asks) expect(await ask()).toBe(false);
    transport.stopListening();
    for (const ask of asks) expect(await ask()).toBe(true);
  });

  it("closes everything at once when it closes", async () => {
    const { transport, opened, connect } = await listening({ balance });
    const clients = [await connect(), await connect()];
    transport.close();
    for (const client of clients) expect((await client.closed).code).toBe(1006);
    await until(() => opened.every(({ closes }) => closes.length === 1));
  });
});

describe("an upgrade", () => {
  it("may be refused, with any status", async () => {
    const { port } = await listening({ upgrade: () => ({ status: 401, headers: { "x-why": "token" }, body: "no" }) });
    const { status, headers, rest, socket } = await handshake({ port });
    socket.destroy();
    expect([status, headers.get("x-why"), rest.toString()]).toEqual([401, "token", "no"]);
  });
});

describe("a socket", () => {
  it("may be touched after it is gone", async () => {
    const { opened, connect } = await listening();
    const client = await connect();
    client.destroy();
    await until(() => opened[0]?.closes.length === 1);
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
    await until(() => opened.every(({ closes }) => closes.length > 0));
    expect(opened.map(({ closes }) => closes)).toEqual([[4000], [1006], [4001]]);
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
});

it("connections can be handed over on this system", async () => {
  expect(typeof (await loadDuplicate())).toBe("function");
});
