import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { startCluster } from "../test/cluster.ts";
import { eventually } from "../test/patience.ts";
import { chatTexts, say, useDemo } from "./test/demo-page.ts";

const demo = useDemo();

const LINES = 40;
const PAUSE_MS = 200;
const KILLS = 4;

function kill9(pid: number | undefined): void {
  expect(pid).toBeGreaterThan(0);
  process.kill(pid as number, "SIGKILL");
}

it("the chat shows nothing twice and misses nothing, whichever processes but the primary are killed", async () => {
  const cluster = await startCluster();
  const url = `http://127.0.0.1:${cluster.port}/`;
  const [one, two] = [await demo.open(url), await demo.open(url)];
  const lines = Array.from({ length: LINES }, (_, index) => `Line ${index + 1}.`);
  const killing = (async () => {
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep((LINES * PAUSE_MS) / (KILLS + 1));
      const workers = await cluster.status();
      kill9(workers[kill % workers.length]?.pid);
      if (kill === KILLS - 1) kill9((await cluster.compute())?.pid);
    }
  })();
  for (const [index, line] of lines.entries()) {
    await say(index % 2 === 0 ? one : two, line);
    await sleep(PAUSE_MS);
  }
  await killing;
  // what a browser says of connections that end
  expect(demo.takeProblems().filter((problem) => !problem.includes("WebSocket connection"))).toEqual([]);
  for (const page of [one, two]) {
    await eventually(async () => {
      const texts = await chatTexts(page);
      expect(texts.toSorted()).toEqual(lines.toSorted());
    });
    expect(await page.locator("#chat-error").textContent()).toBe("");
  }
  // both see one order, and those of one page in the order they were said
  const [first, second] = [await chatTexts(one), await chatTexts(two)];
  expect(second).toEqual(first);
  for (const own of [0, 1]) {
    const said = lines.filter((_, index) => index % 2 === own);
    expect(first.filter((text) => said.includes(text))).toEqual(said);
  }
});
