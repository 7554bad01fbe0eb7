import { expect, it } from "vitest";
import { defineApp } from "../index.ts";
import { serve, until } from "../test/test-server.ts";
import { taskOf } from "./test/compute-app.ts";
import { marks } from "./test/files.ts";

const app = defineApp({
  procedures: { gate: taskOf("gate"), note: taskOf("note"), whichThread: taskOf("whichThread") },
});

it("a task that is cancelled while its thread still starts never begins", async () => {
  const mark = marks();
  const [log, busy, open] = [mark("log"), mark("busy"), mark("open")];
  const run = await serve(app, { computeThreads: 2, computeGraceMs: 60_000 });
  const client = await run.connect();
  client.send([2, 1, "gate", { log: busy.path, file: open.path }]);
  await until(() => busy.text === ".");
  // the second thread is only now made
  client.send([
    [2, 2, "note", { log: log.path, mark: "never" }],
    [7, 2],
  ]);
  expect(await client.next()).toEqual([4, 2, "CANCELLED", expect.any(String)]);
  await client.ask([2, 3, "whichThread"]);
  expect(log.text).toBe("");
  open.write();
  await client.next();
});
