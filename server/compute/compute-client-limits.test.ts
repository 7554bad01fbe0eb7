import { expect, it } from "vitest";
import { computePlace, threadTask } from "./test/compute-hosts.ts";

const echo = threadTask("echo");

it("a compute client holds no more bytes than may wait to be sent", async () => {
  const place = computePlace();
  const { run } = place.client({ budget: 1_000 });
  const held = [run(echo, new Uint8Array(800)), run(echo, new Uint8Array(800))];
  await expect(run(echo, 1)).rejects.toMatchObject({ code: "OVERLOADED" });
  await place.host();
  expect(await Promise.all(held)).toHaveLength(2);
});
