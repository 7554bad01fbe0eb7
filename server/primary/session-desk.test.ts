import { expect, it, onTestFinished } from "vitest";
import { DEFAULT_CONFIG } from "../config.ts";
import { resultAnswer } from "../queued/answer.ts";
import { aCall, answered, enqueued, Listener, opened, resumed } from "./queued/test/asking.ts";
import { createDesk } from "./session-desk.ts";

const HOLDER = { moved() {}, changed() {}, ended() {}, tellUser: () => true };

/** With a session that has a connection. */
function create(mostCalls = 10) {
  const { sessions, queued } = createDesk({ ...DEFAULT_CONFIG, maxCalls: mostCalls });
  onTestFinished(() => {
    sessions.close();
    queued.close();
  });
  sessions.open("known", "connection", "secret", HOLDER);
  return { sessions, queued };
}

it("queued calls of a session wait for nobody when its connection is gone", async () => {
  const { sessions, queued } = create();
  const [before, after, call] = [new Listener(), new Listener(), aCall()];
  await enqueued(queued, "known", call, before);
  sessions.left("known", "connection");
  await answered(queued, "known", call.job, resultAnswer(Buffer.from("x")));
  await resumed(queued, "known", after);
  expect([before.heard, after.heard]).toEqual([[], [[call.job, "x"]]]);
});

it("when a process is gone, queued calls of sessions that there are stay", async () => {
  const { queued } = create();
  const [waiter, call] = [new Listener(), aCall()];
  await enqueued(queued, "known", call, waiter);
  await enqueued(queued, "over http", aCall(), waiter);
  queued.waiterGone(waiter);
  expect(await resumed(queued, "known", new Listener())).toMatchObject([{ job: call.job }]);
  expect(queued.size).toBe(1);
});

it("a session may have maxCalls queued calls", async () => {
  const { queued } = create(2);
  for (let count = 0; count < 2; count++) await opened(queued, "known", aCall(), new Listener());
  await expect(opened(queued, "known", aCall(), new Listener())).rejects.toMatchObject({ code: "OVERLOADED" });
});
