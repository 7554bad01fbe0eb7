import { describe, expect, it, onTestFinished } from "vitest";
import { connect } from "../client/node.ts";
import { Kind } from "../shared/message.ts";
import { PLAIN_APP, startCluster, type WorkerStatus } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import { isAlive } from "./test/processes.ts";
import { shareClusters } from "./test/shared-clusters.ts";

const sharedCluster = shareClusters();
describe("a socket worker that is killed", () => {
  it("is replaced under its number, and the others do not notice", async () => {
    const cluster = await sharedCluster({ app: PLAIN_APP });
    const clients = [await cluster.connect(), await cluster.connect()];
    const [doomed, other] = (await cluster.status()) as [WorkerStatus, WorkerStatus];
    process.kill(doomed.pid, "SIGKILL");
    await cluster.logged(/^a socket worker died \(signal SIGKILL\); replacing it /);
    await eventually(async () => {
      const workers = await cluster.status();
      expect(workers.map(({ worker }) => worker)).toEqual([1, 2]);
      expect(workers[0]?.pid).not.toBe(doomed.pid);
      expect(workers[1]?.pid).toBe(other.pid);
    });
    const closings = await Promise.race(clients.map((client) => client.closed));
    expect(closings.code).toBe(1006);
    expect(isAlive(doomed.pid)).toBe(false);
    const still = clients.filter(({ socket }) => !socket.destroyed);
    expect(still).toHaveLength(1);
    expect(await still[0]?.ask([Kind.CALL, 1, "test.echo", "here"])).toEqual([Kind.RESULT, 1, "here"]);
  });

  it("loses its clients only for a moment: they come back, and get what is published then", async () => {
    const cluster = await sharedCluster({ app: PLAIN_APP });
    const client = connect(`ws://127.0.0.1:${cluster.port}`);
    onTestFinished(() => client.close());
    await client.ready;
    const received: unknown[] = [];
    client.subscribe("news", (data: unknown) => void received.push(data));
    await eventually(async () => {
      await client.publish("news", "before");
      expect(received).toContain("before");
    });
    const mine = (await cluster.status()).find(({ connections }) => connections > 0);
    process.kill(mine?.pid ?? 0, "SIGKILL");
    // one that is dealt to the killed worker just before its end is known is hung up
    const publisher = await eventually(() => cluster.connect());
    await eventually(async () => {
      await publisher.ask([Kind.PUBLISH, 1, "news", "after"]);
      expect(received).toContain("after");
    });
    publisher.destroy();
  });

  it("is replaced ever later while its successors die at once", async () => {
    // the first two live until everything serves; every later one dies as it starts
    const app = `
      import { writeFileSync, readdirSync } from "node:fs";
      writeFileSync("born-" + process.pid, "");
      if (readdirSync(".").filter((name) => name.startsWith("born-")).length > 2) process.exit(7);
      export const app = defineApp({});`;
    const cluster = await startCluster({ app });
    const [doomed] = (await cluster.status()) as [WorkerStatus];
    process.kill(doomed.pid, "SIGKILL");
    await cluster.logged(/^a socket worker died/, 4);
    const deaths = cluster.records.filter(({ msg }) => /^a socket worker died/.test(msg)).map(({ msg }) => msg);
    expect(deaths.slice(0, 4)).toEqual([
      "a socket worker died (signal SIGKILL); replacing it in 100 ms",
      "a socket worker died (exit code 7); replacing it in 200 ms",
      "a socket worker died (exit code 7); replacing it in 400 ms",
      "a socket worker died (exit code 7); replacing it in 800 ms",
    ]);
    // the other one serves all the while
    const client = await cluster.connect();
    expect(await client.ask([Kind.PING, 1])).toEqual([Kind.PONG, 1]);
    client.destroy();
    // and an end does not wait for the next attempt
    cluster.kill("SIGTERM");
    expect(await cluster.exited).toEqual({ code: 0, signal: null });
  });

  it("is replaced in the end, however often there is no process to be had for its successor", async () => {
    const breakable = `process.on("SIGUSR2", () => { [process.execPath, globalThis.other] = [globalThis.other, process.execPath]; });
      globalThis.other = "/nowhere/node";`;
    const preload = `--import=data:text/javascript,${encodeURIComponent(breakable)}`;
    const cluster = await startCluster({ app: PLAIN_APP, env: { NODE_OPTIONS: preload, WORKERS: "1" } });
    const [doomed] = (await cluster.status()) as [WorkerStatus];
    cluster.kill("SIGUSR2");
    process.kill(doomed.pid, "SIGKILL");
    const failed =
      /^a socket worker died \(could not be started: spawn .nowhere.node ENOENT\); replacing it in \d+ ms$/;
    await cluster.logged(failed, 2);
    expect(await cluster.status()).toEqual([]);
    cluster.kill("SIGUSR2");
    await eventually(async () => expect(await cluster.status()).toMatchObject([{ worker: 1, connections: 0 }]));
    cluster.kill("SIGUSR2");
    process.kill((await cluster.status())[0]?.pid ?? 0, "SIGKILL");
    await cluster.logged(failed, 3);
    // nobody is left whose end an end could wait for
    cluster.kill("SIGTERM");
    expect(await cluster.exited).toEqual({ code: 0, signal: null });
  });

  it("is reported as silent while it hangs, and the others still answer", async () => {
    const cluster = await sharedCluster({ app: PLAIN_APP });
    const [hanging] = (await cluster.status()) as [WorkerStatus];
    process.kill(hanging.pid, "SIGSTOP");
    expect(await cluster.status()).toEqual([
      expect.objectContaining({ worker: 1, silent: true }),
      expect.objectContaining({ worker: 2, connections: expect.any(Number) }),
    ]);
  });
});
