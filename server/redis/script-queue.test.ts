import { expect, it } from "vitest";
import { AppError } from "../../shared/errors.ts";
import { RedisCounts } from "./redis-counts.ts";
import { ScriptQueue } from "./script-queue.ts";
import { wholeScript } from "./script-source.ts";

it("whoever asks again when a batch has failed is answered, and so are those who waited meanwhile", async () => {
  const outcomes: ((error?: Error) => void)[] = [];
  const counts = new RedisCounts();
  const queue = new ScriptQueue({
    script: wholeScript({ name: "test", source: "" }),
    ...{ keys: "k", channels: "c", counts },
    command: () =>
      new Promise((resolve, reject) => {
        outcomes.push((error) => (error === undefined ? resolve([1, 1]) : reject(error)));
      }),
    refused: () => new AppError("INTERNAL"),
    lost: () => new AppError("UNAVAILABLE"),
    threw: () => expect.unreachable("nobody throws"),
  });
  const told: string[] = [];
  const tell = (name: string) => (error: AppError | undefined) => void told.push(`${name} ${error?.code ?? "done"}`);
  const turn = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 5));
  queue.run("f", [], (error) => {
    tell("first")(error);
    queue.run("f", [Buffer.alloc(300_000)], tell("again"));
  });
  await turn();
  // each is a batch of its own
  for (const name of ["second", "third"]) queue.run("f", [Buffer.alloc(300_000)], tell(name));
  outcomes[0]?.(new Error("lost"));
  for (let index = 1; index < 4; index++) {
    await turn();
    outcomes[index]?.();
  }
  await turn();
  expect(told).toEqual(["first UNAVAILABLE", "second done", "third done", "again done"]);
  expect([queue.busy, queue.bytes]).toEqual([false, 0]);
  expect(counts).toMatchObject({ batches: 4, done: 3, failed: 0, lost: 1 });
});
