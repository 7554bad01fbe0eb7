import { expect, it } from "vitest";
import { insteadOf, resultAnswer } from "../../queued/answer.ts";
import { NOT_KEPT } from "../../queued/unkept-answers.ts";
import { aCall, Listener } from "../queued/test/asking.ts";
import { isOnItsWay, Stage, WaitingCalls } from "./waiting-calls.ts";

it("who was told an answer long ago, and has said nothing since, waits no more", () => {
  const calls = new WaitingCalls();
  const [waiter, since] = [new Listener(), 1];
  const put = (stage: Stage, toldAt: number) =>
    calls.put("a", { call: aCall(), waiter, stage, since, toldAt, doubted: false });
  put(Stage.QUEUED, 0);
  put(Stage.TOLD, 100);
  put(Stage.TOLD, 200);
  calls.deleteTold("a", 150);
  expect([...calls.of("a")].map(({ toldAt }) => toldAt)).toEqual([0, 200]);
  expect(calls.size).toBe(2);
});

it("what Redis has not kept may be on its way as a whole, and is lost where it has not come until that is asked again", () => {
  const waiting = { call: aCall(), waiter: new Listener(), stage: Stage.QUEUED, since: 1, toldAt: 0, doubted: false };
  const instead = Buffer.from(insteadOf(resultAnswer(Buffer.of(1), { user: "ada" }), NOT_KEPT));
  expect(isOnItsWay(undefined, instead)).toBe(false);
  expect(isOnItsWay(waiting, resultAnswer(Buffer.of(1)))).toBe(false);
  expect([isOnItsWay(waiting, instead), isOnItsWay(waiting, instead)]).toEqual([true, false]);
});
