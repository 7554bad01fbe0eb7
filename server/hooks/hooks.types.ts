/** Compiled, never run: what hooks get, and what `createServer` takes as such. */

import { type All, type Equal, same } from "../../shared/test/type-checks.ts";
import {
  type Connection,
  type ConnectionFacts,
  createServer,
  defineApp,
  defineHooks,
  type Hooks,
  type PrimaryApi,
  type Reply,
  type SocketWorkerApi,
  type ToTagged,
} from "../index.ts";
import { simulate } from "../simulate/simulate.ts";

const hooks = defineHooks({
  async socketWorker(api) {
    same<typeof api, SocketWorkerApi>();
    same<typeof api.worker, number>();
    for (const connection of api.connections) same<typeof connection, Connection>();
    api.on("reply", (reply) => same<typeof reply, Reply>());
    api.connections.send(api.connections.select({ room: "5" }), { any: ["data"] });
    return () => Promise.resolve();
  },
  primary(api) {
    same<typeof api, PrimaryApi>();
    const stop = api.on("workerExit", ({ worker, pid }, how) => {
      same<typeof how, string>();
      return void [worker + pid];
    });
    return stop;
  },
});

export type Checks = All<[Equal<typeof hooks, Hooks>, Equal<ReturnType<PrimaryApi["toTagged"]>, ToTagged>]>;

const app = defineApp({});
createServer(app, { hooks: [hooks, "./hooks.js"] });
createServer(app, { hooks: [] });
createServer(app, {
  hooks: [simulate(), simulate({ connections: 5, user: (index) => `${index}`, calls: [{ procedure: "a" }] })],
});
// @ts-expect-error there is no such option
simulate({ connection: 5 });

defineHooks({});
defineHooks({
  primary: async ({ list }) => {
    for await (const one of list({ id: "*" })) same<typeof one, ConnectionFacts>();
  },
});

// @ts-expect-error nothing else runs hooks
defineHooks({ computeHost: () => undefined });
// @ts-expect-error there is no such event in the primary
defineHooks({ primary: (api) => api.on("connection", () => undefined) });
// @ts-expect-error the primary has no connections of its own
defineHooks({ primary: (api) => api.connections });
// @ts-expect-error neither a file nor hooks
createServer(app, { hooks: [5] });
