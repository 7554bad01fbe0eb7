import { expect, it } from "vitest";
import { startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";
import { TailReader } from "./test/tail-reader.ts";

interface Status {
  readonly connections: readonly { readonly id: string; readonly worker: number; readonly tags: object }[];
}

it("clients that are made up are seen, counted and looked at as any others, and go with their workers", async () => {
  const cluster = await startCluster({ env: { SIMULATE: "20" } });
  const status = async () => ((await cluster.json("/status?simulated=1")) as Status).connections;
  await eventually(async () => expect(await status()).toHaveLength(40));
  await eventually(async () => expect((await status()).filter(({ worker }) => worker === 1)).toHaveLength(20));
  expect(await cluster.json("/tree")).toMatchObject({ simulated: ["1"], plan: ["free", "pro"], worker: ["1", "2"] });
  // one or the other may be on its way out
  await eventually(async () => expect(await (await cluster.post("/send?simulated=1", "to all")).text()).toBe("40"));
  await eventually(async () => {
    expect((await cluster.status()).map(({ connections }) => connections)).toEqual([20, 20]);
  });

  // a real client among them is nobody special
  const real = await cluster.connect();
  await real.ask([8, 1, "simulated:*"]);
  expect(await real.next()).toMatchObject([12, expect.stringMatching(/^simulated:\d+$/), { text: "simulated" }, {}]);

  await eventually(async () => {
    const found = await TailReader.open(cluster, `id=${(await status())[0]?.id}`);
    expect(await found.next()).toMatchObject({ note: "begun" });
    // it may go before it has said anything
    expect((await found.next())?.direction).toBeDefined();
  });

  await cluster.post("/scale?workers=1");
  await cluster.logged("the simulation is over");
  await eventually(async () => expect(await cluster.status()).toHaveLength(1));
  await eventually(async () => expect((await status()).map(({ worker }) => worker)).toEqual(Array(20).fill(1)));

  // some are closed from outside, and others come
  await cluster.post("/close?plan=pro");
  await eventually(async () => expect(await status()).toHaveLength(20));

  cluster.kill("SIGTERM");
  expect(await cluster.exited).toEqual({ code: 0, signal: null });
  expect((await cluster.logged("the simulation is over", 2)).answers).toBeGreaterThan(0);
});

it("a rolling restart replaces them, too", async () => {
  const cluster = await startCluster({ env: { SIMULATE: "20" } });
  const ids = async () => ((await cluster.json("/status?simulated=1")) as Status).connections.map(({ id }) => id);
  await eventually(async () => expect(await ids()).toHaveLength(40));
  const before = new Set(await ids());
  await cluster.post("/reload");
  await cluster.logged("the simulation is over", 2);
  await eventually(async () => {
    expect(await cluster.json("/workers")).toMatchObject({ rollout: { running: false, queued: false } });
    const now = await ids();
    expect(now).toHaveLength(40);
    expect(now.filter((id) => before.has(id))).toEqual([]);
  });
});
