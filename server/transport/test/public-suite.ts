import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { openSocket } from "../../test/raw-handshake.ts";
import { until } from "../../test/test-server.ts";
import type { PublicTransportOptions } from "../public-options.ts";
import type { HttpRoute, Transport, TransportHooks } from "../transport.ts";
import { dealing } from "./dealing.ts";
import { LIMITS, type NotedHooks, notedTransport } from "./noted-transport.ts";
import { transportSuite } from "./transport-suite.ts";

export type CreateTransport = (
  options: PublicTransportOptions,
  hooks: TransportHooks,
  routes: readonly HttpRoute[],
) => Transport;

interface Setup extends NotedHooks {
  readonly balance?: PublicTransportOptions["balance"];
  readonly routes?: readonly HttpRoute[];
}

/** What holds for every transport of the port of clients. @param name how it is spoken of: "over …" */
export function publicTransportSuite(name: string, create: CreateTransport): void {
  async function listening({ balance = "kernel", routes = [], ...hooks }: Setup = {}) {
    const warnings: string[] = [];
    const deal = balance === "round-robin" ? await dealing() : undefined;
    const options = { host: "127.0.0.1", port: deal?.port ?? 0, ...LIMITS, balance, deal };
    const warn = (text: string) => void warnings.push(text);
    return { ...(await notedTransport((own) => create({ ...options, warn }, own, routes), hooks)), warnings };
  }

  describe.each(["kernel", "round-robin"] as const)(`a port ${name}, balanced by %s`, (balance) => {
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
          const [response] = (await once(get({ port, path, agent, host: "127.0.0.1" }), "response")) as [
            IncomingMessage,
          ];
          response.resume();
          await once(response, "end");
          return response.headers.connection === "close";
        };
      });
      for (const ask of asks) expect(await ask()).toBe(false);
      transport.stopListening();
      for (const ask of asks) expect(await ask()).toBe(true);
    });
  });

  transportSuite(name, (hooks) => {
    const warn = (text: string) => expect.unreachable(text);
    return create({ host: "127.0.0.1", port: 0, ...LIMITS, balance: "kernel", warn }, hooks, []);
  });
}
