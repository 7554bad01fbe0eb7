import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Client } from "../client/client.ts";
import { freePort } from "../server/links/test/free-port.ts";
import { ServiceProcess } from "../server/links/test/service-process.ts";
import { type Cluster, PLAIN_APP, startCluster } from "../server/test/cluster.ts";
import { ownClients } from "../server/test/own-clients.ts";
import { eventually } from "../server/test/patience.ts";
import { RawClient } from "../server/test/raw-client.ts";
import { startTwoHosts } from "../server/test/two-hosts.ts";
import { read } from "./test/node-process.ts";

/** Starts HAProxy as deploy/haproxy.cfg has it, but for addresses. @returns its port */
async function startBalancer(hosts: Readonly<Record<string, Cluster>>): Promise<number> {
  const port = await freePort();
  const text = read("deploy/haproxy.cfg")
    .replace("bind :8080", `bind 127.0.0.1:${port}`)
    .replace(/(server (\w+)) \w+:8080/g, (_, server, name) => `${server} 127.0.0.1:${hosts[name]?.port}`);
  const folder = await mkdtemp(join(tmpdir(), "fugitive-balancer-"));
  await writeFile(join(folder, "haproxy.cfg"), text);
  const balancer = new ServiceProcess(process.env.HAPROXY_PATH || "/usr/sbin/haproxy", [
    ...["-db", "-f", join(folder, "haproxy.cfg")],
  ]);
  onTestFinished(async () => {
    await balancer.kill();
    await rm(folder, { recursive: true, force: true });
  });
  await balancer.listening(port);
  return port;
}

const nodesOf = (clients: readonly Client[]) => clients.map(({ welcome }) => welcome?.node).sort();
const sessionsOf = (clients: readonly Client[]) => clients.map(({ welcome }) => welcome?.session);

it("clients of a balancer are at both hosts, and go on at the other when one drains, or is killed", async () => {
  const { redis, one, two } = await startTwoHosts({ app: PLAIN_APP });
  const port = await startBalancer({ one, two });
  const clients = await ownClients(port, 6);
  await eventually(() => expect(nodesOf(clients)).toEqual(["one", "one", "one", "two", "two", "two"]));
  const sessions = sessionsOf(clients);

  one.kill("SIGTERM");
  expect(await one.exited).toEqual({ code: 0, signal: null });
  await eventually(() => expect(nodesOf(clients)).toEqual(["two", "two", "two", "two", "two", "two"]));
  expect(sessionsOf(clients)).toEqual(sessions);

  await startCluster({ app: PLAIN_APP, env: { PORT: String(one.port), REDIS_URL: redis.url, NODE_NAME: "one" } });
  await eventually(async () => {
    const client = await RawClient.connect({ port });
    const health = await client.ask([2, 1, "$health"]);
    client.destroy();
    expect(health).toMatchObject([3, 1, { node: "one" }]);
  });
  two.kill("SIGKILL");
  await eventually(() => expect(nodesOf(clients)).toEqual(["one", "one", "one", "one", "one", "one"]));
  expect(sessionsOf(clients)).toEqual(sessions);
  const answers = await Promise.all(clients.map((client) => client.call("test.echo", 7)));
  expect(new Set(answers)).toEqual(new Set([7]));
});

it("a client of a balancer has its own address, whatever it says of itself", async () => {
  const one = await startCluster({ app: PLAIN_APP, env: { TRUSTED_PROXIES: "127.0.0.1" } });
  const port = await startBalancer({ one, two: one });
  const headers = { "X-Forwarded-For": "192.0.2.7", "X-Forwarded-Host": "elsewhere.example" };
  await RawClient.connect({ port, headers });
  const { connections } = (await one.json("/status")) as { connections: { address: string }[] };
  expect(connections.map(({ address }) => address)).toEqual(["127.0.0.1"]);
});
