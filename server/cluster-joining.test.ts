import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { startCluster } from "./test/cluster.ts";
import { eventually } from "./test/patience.ts";

it("the control port does not ask a worker that is not ready to answer, and is answered by the others", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fugitive-joining-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [go, here] = [join(folder, "go"), join(folder, "here")];
  const cluster = await startCluster({
    app: `
      import { existsSync, writeFileSync } from "node:fs";
      // the second one takes its time while it is being put together
      const setup = async () => {
        if (!existsSync(${JSON.stringify(go)}) && existsSync(${JSON.stringify(folder)} + "/late")) {
          writeFileSync(${JSON.stringify(here)}, "");
          while (!existsSync(${JSON.stringify(go)})) await new Promise((resolve) => setTimeout(resolve, 10));
        }
      };
      export const app = defineApp({ plugins: [{ name: "slow", setup }] });`,
    env: { WORKERS: "1" },
  });
  const client = await cluster.connect();
  await client.ask([2, 1, "$ping"]);
  writeFileSync(join(folder, "late"), "");
  await cluster.post("/scale?workers=2");
  await eventually(() => expect(existsSync(here)).toBe(true));
  for (const path of ["/status", "/tree", "/metrics"]) {
    expect([path, (await cluster.get(path, cluster.controlPort)).status]).toEqual([path, 200]);
  }
  expect(await (await cluster.post("/send?id=*", "hello")).text()).toBe("1");
  writeFileSync(go, "");
  await eventually(async () => {
    expect((await cluster.status()).map(({ state }) => state)).toEqual(["serving", "serving"]);
  });
  expect(cluster.records.filter(({ msg }) => /died/.test(msg))).toEqual([]);
});
