import { describe, expect, it, vi } from "vitest";
import { Kind } from "../shared/message.ts";
import type { ClientOptions } from "./options.ts";
import { resume, WELCOME } from "./test/fake-server.ts";
import { connected, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

const connectedWith = (options: ClientOptions = { attempts: 3 }) => connected(resume, options);

describe("a call that the server refuses for now", () => {
  it.each(["OVERLOADED", "RATE_LIMITED"])("with %s is sent again when the server said", async (code) => {
    const { client, server } = await connectedWith();
    const call = client.call("busy");
    await settled();
    server.connection.send([Kind.ERROR, 1, code, "Not now.", { retryAfterMs: 2_000 }]);
    await pass(1_999);
    expect(server.connection.of(Kind.CALL)).toHaveLength(1);
    await pass(1);
    server.connection.answer("now");
    expect(await call).toBe("now");
  });

  it("fails where its attempts are used up, or it would have to wait longer than it may take in all", async () => {
    const { client, server } = await connectedWith({ attempts: 2, timeoutMs: 5_000 });
    const twice = client.call("busy");
    const failed = expect(twice).rejects.toMatchObject({ code: "OVERLOADED" });
    await settled();
    server.connection.send([Kind.ERROR, 1, "OVERLOADED", "Not now."]);
    await pass(1_000);
    server.connection.send([Kind.ERROR, server.connection.of(Kind.CALL)[1]?.[1] ?? 0, "OVERLOADED", "Not now."]);
    await failed;
    const long = client.call("busy");
    await settled();
    const id = server.connection.of(Kind.CALL)[2]?.[1] ?? 0;
    server.connection.send([Kind.ERROR, id, "RATE_LIMITED", "Not now.", { retryAfterMs: 10_001 }]);
    await expect(long).rejects.toMatchObject({ code: "RATE_LIMITED" });
    expect(vi.getTimerCount()).toBe(1); // the heartbeat's
  });

  it("can be aborted while it waits, and is rejected where the client closes", async () => {
    const { client, server } = await connectedWith();
    const controller = new AbortController();
    const aborted = client.call("busy", 1, { signal: controller.signal });
    const closed = client.call("busy");
    await settled();
    server.connection.send([Kind.ERROR, 1, "OVERLOADED", ""], [Kind.ERROR, 2, "OVERLOADED", ""]);
    controller.abort("enough");
    await expect(aborted).rejects.toBe("enough");
    client.close();
    await expect(closed).rejects.toMatchObject({ code: "CANCELLED" });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("with any other error fails at once", async () => {
    const { client, server } = await connectedWith();
    for (const code of ["UNAVAILABLE", "TIMEOUT", "INTERNAL", "SOLD_OUT"]) {
      const call = client.call("x");
      await settled();
      server.connection.send([Kind.ERROR, server.connection.of(Kind.CALL).at(-1)?.[1] ?? 0, code, ""]);
      await expect(call).rejects.toMatchObject({ code });
    }
  });
});

describe("a call that was refused after an attempt that may have run", () => {
  it("goes to no other session", async () => {
    let session = 0;
    const { client, server } = await connected(
      (message, connection) => {
        if (message[0] === Kind.HELLO) connection.send([Kind.WELCOME, { ...WELCOME, session: `session-${++session}` }]);
      },
      { attempts: 3, timeoutMs: 10_000 },
    );
    const call = client.call("buy");
    const failed = expect(call).rejects.toMatchObject({ code: "UNAVAILABLE", message: /may or may not/ });
    await pass(10_000);
    // the first attempt runs, and so the second is too much
    server.connection.send([Kind.ERROR, 2, "OVERLOADED", "", { retryAfterMs: 1_000 }]);
    server.connection.hangUp(1006);
    await pass(2_000);
    await failed;
    expect(server.connection.of(Kind.CALL)).toEqual([]);
  });

  it("still takes the answer to the first one, and is cancelled with all of them", async () => {
    const { client, server } = await connectedWith({ attempts: 3, timeoutMs: 10_000 });
    const controller = new AbortController();
    const answered = client.call("buy");
    const aborted = client.call("buy", 1, { signal: controller.signal });
    await pass(10_000);
    const refuse = (id: number) => server.connection.send([Kind.ERROR, id, "OVERLOADED", "", { retryAfterMs: 5_000 }]);
    for (const id of [3, 4]) refuse(id);
    server.connection.send([Kind.RESULT, 1, "bought"]);
    expect(await answered).toBe("bought");
    controller.abort("enough");
    await expect(aborted).rejects.toBe("enough");
    await settled();
    expect(server.connection.of(Kind.CANCEL)).toEqual([[Kind.CANCEL, 2]]);
  });
});

it("a call of which all attempts were refused may go to any session", async () => {
  let session = 0;
  const { client, server } = await connected(
    (message, connection) => {
      if (message[0] === Kind.HELLO) connection.send([Kind.WELCOME, { ...WELCOME, session: `session-${++session}` }]);
    },
    { attempts: 3 },
  );
  const call = client.call("busy");
  await settled();
  server.connection.send([Kind.ERROR, 1, "OVERLOADED", "", { retryAfterMs: 2_000 }]);
  server.connection.hangUp(1006);
  await pass(2_000);
  server.connection.answer("elsewhere");
  expect(await call).toBe("elsewhere");
});
