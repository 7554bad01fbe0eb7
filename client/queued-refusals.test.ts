import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { queueing } from "./test/queueing.ts";
import { pass, useFakeTime } from "./test/setup.ts";

useFakeTime();

describe("a call that a queue has, on the next connection", () => {
  it("is asked for again where that is refused, after as long as the server says", async () => {
    const { client, server, ids, acknowledge, answer, reconnect } = await queueing();
    const call = client.call("report", 1, { attempts: 1, key: "order 7" });
    await acknowledge();
    await reconnect();
    for (let times = 0; times < 5; times++) {
      server.connection.send([Kind.ERROR, ids().at(-1) ?? null, "OVERLOADED", "Later.", { retryAfterMs: 5_000 }]);
      await pass(4_999);
      expect(ids()).toHaveLength(1 + times);
      await pass(1);
      expect(ids()).toHaveLength(2 + times);
    }
    answer(ids().at(-1), "done");
    expect(await call).toBe("done");
  });

  it.each(["UNAVAILABLE", "TIMEOUT"])(
    "is asked for again where a server cannot know of it yet, and says %s",
    async (code) => {
      const { client, server, ids, acknowledge, answer, reconnect } = await queueing();
      const call = client.call("report");
      await acknowledge();
      await reconnect();
      server.connection.send([Kind.ERROR, ids().at(-1) ?? null, code, "Not now."]);
      await pass(60_000);
      expect(ids().length).toBeGreaterThan(1);
      // of what is acknowledged it is the answer
      await acknowledge(ids().at(-1));
      answer(ids().at(-1), "done");
      expect(await call).toBe("done");
    },
  );
});
