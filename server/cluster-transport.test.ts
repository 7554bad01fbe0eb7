import { expect, it } from "vitest";
import { Cluster, startCluster } from "./test/cluster.ts";

/** As under a version of Node.js that uWebSockets.js knows nothing of. */
const UNKNOWN = `Object.defineProperty(process, "versions", { value: { ...process.versions, modules: "999" } })`;
const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(UNKNOWN)}`;
const FILE = `uws_${process.platform}_${process.arch}_999.node`;

it("without a binary of uWebSockets.js ws serves, which is warned of once", async () => {
  const cluster = await startCluster({ env: { NODE_OPTIONS, TRANSPORT: "auto" } });
  const client = await cluster.connect();
  expect(await client.ask([14, "there"])).toEqual([15, "there"]);
  expect((await cluster.get("/readyz")).status).toBe(200);
  const warnings = cluster.records.filter(({ level, msg }) => level === "warn" && msg.includes("uWebSockets.js"));
  expect(warnings.map(({ msg }) => msg)).toEqual([
    `uWebSockets.js has no ${FILE}: ws serves instead, at about 1.5 times the CPU; how to get the official build: ` +
      "docs/INSTALL.md; where ws is what you want, --transport ws says so",
  ]);
});

it.each(["1", "0"])("where it has to be uWebSockets.js, that is why nothing starts: %s workers", async (WORKERS) => {
  const cluster = new Cluster({ env: { NODE_OPTIONS, TRANSPORT: "uws", WORKERS, CONTROL_PORT: "off" } });
  expect(await cluster.exited).toEqual({ code: 1, signal: null });
  expect(cluster.stderr).toBe(
    `fugitive: uWebSockets.js has no ${FILE}: get its official build (docs/INSTALL.md), or set transport to ws\n`,
  );
});

it("says nothing of it where ws is what is wanted, and the kernel balances there as well", async () => {
  const cluster = await startCluster({ env: { TRANSPORT: "ws", BALANCE: "kernel" } });
  const clients = await Promise.all(Array.from({ length: 4 }, () => cluster.connect()));
  for (const client of clients) expect(await client.ask([14, 1])).toEqual([15, 1]);
  expect(cluster.records.filter(({ level }) => level === "warn")).toEqual([]);
});
