import { expect, it } from "vitest";
import { aCall, Listener } from "../queued/test/queued-calls-suite.ts";
import { Stage, WaitingCalls } from "./waiting-calls.ts";

it("who was told an answer long ago, and has said nothing since, waits no more", () => {
  const calls = new WaitingCalls();
  const [waiter, since] = [new Listener(), 1];
  const put = (stage: Stage, toldAt: number) => calls.put("a", { call: aCall(), waiter, stage, since, toldAt });
  put(Stage.QUEUED, 0);
  put(Stage.TOLD, 100);
  put(Stage.TOLD, 200);
  calls.deleteTold("a", 150);
  expect([...calls.of("a")].map(({ toldAt }) => toldAt)).toEqual([0, 200]);
  expect(calls.size).toBe(2);
});
