import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { startCluster } from "./test/cluster.ts";

const APP = `
  export const app = defineApp({
    procedures: {
      forget: () => {
        Promise.reject(new Error("nobody looks"));
        return "answered";
      },
      explode: () => {
        setImmediate(() => { throw new Error("in the middle of something"); });
        return "answered";
      },
      "secret.environment": () => process.env.FUGITIVE_SOCKET_WORKER ?? "gone",
    },
  });`;

describe("an application's mistake", () => {
  it("of a promise that nobody looks after is logged, and costs nobody the connection", async () => {
    const cluster = await startCluster({ app: APP });
    const client = await cluster.connect();
    expect(await client.ask([Kind.CALL, 1, "forget"])).toEqual([Kind.RESULT, 1, "answered"]);
    await cluster.logged(/^a promise was rejected and nobody cared$/);
    expect(await client.ask([Kind.CALL, 2, "forget"])).toEqual([Kind.RESULT, 2, "answered"]);
    client.destroy();
  });

  it("of a listener for errors that fails itself is logged once", async () => {
    const app = APP.replace(
      "procedures:",
      'on: { error: async () => { throw new Error("report is down"); } }, procedures:',
    );
    const cluster = await startCluster({ app });
    const client = await cluster.connect();
    await client.ask([Kind.CALL, 1, "forget"]);
    await cluster.logged("a listener failed");
    for (let id = 2; id < 50; id++) await client.ask([Kind.PING, id]);
    const errors = cluster.records.filter(({ level }) => level === "error").map(({ msg }) => msg);
    expect(errors).toEqual(["a promise was rejected and nobody cared", "a listener failed"]);
    client.destroy();
  });

  it("of an exception outside of everything ends that socket worker, with its reason in the log", async () => {
    const cluster = await startCluster({ app: APP });
    const client = await cluster.connect();
    await client.ask([Kind.CALL, 1, "explode"]);
    await cluster.logged(/^an uncaught exception ends this socket worker$/);
    await cluster.logged(/^a socket worker died \(exit code 1\)/);
    expect((await client.closed).code).toBe(1006);
  });

  it("of handing its environment on does not hand on the key to the bus", async () => {
    const cluster = await startCluster({ app: APP });
    const client = await cluster.connect();
    expect(await client.ask([Kind.CALL, 1, "secret.environment"])).toEqual([Kind.RESULT, 1, "gone"]);
    client.destroy();
  });
});
