import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { sayWelcome } from "./test/fake-server.ts";
import { connected, dialling, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

/** Answers "quick" calls and PINGs, and nothing else. */
const half: Parameters<typeof connected>[0] = (message, connection) => {
  sayWelcome(message, connection);
  if (message[0] === Kind.PING) connection.send([Kind.PONG, message[1]]);
  if (message[0] === Kind.CALL && message[2] === "quick") connection.send([Kind.RESULT, message[1]]);
};
const options = { timeoutMs: 1_000, attempts: 1, tolerance: { ratio: 0.5, intervalMs: 10_000 } };

describe("tolerance", () => {
  it("ends a connection on which more attempts run out of time than that, for a new one at once", async () => {
    const { client, server } = await connected(half, options);
    for (const name of ["quick", "slow", "slow"]) client.call(name).catch(() => {});
    await pass(999);
    expect(server.connections).toHaveLength(1);
    await pass(2);
    expect([client.state, server.connections.length]).toEqual(["open", 2]);
  });

  it("bears as many as it says", async () => {
    const { client, server } = await connected(half, options);
    for (const name of ["quick", "quick", "slow", "slow"]) client.call(name).catch(() => {});
    await pass(1_000);
    await settled();
    expect(server.connections).toHaveLength(1);
  });

  it("forgets what was before the present interval", async () => {
    const { client, server } = await connected(half, { ...options, tolerance: { ratio: 0.5, intervalMs: 3_000 } });
    for (const name of ["quick", "quick", "slow"]) client.call(name).catch(() => {});
    await pass(4_000);
    client.call("slow").catch(() => {});
    await pass(1_001);
    expect(server.connections).toHaveLength(2);
  });

  it("is refused where it makes no sense", () => {
    for (const tolerance of [
      { ratio: -0.1, intervalMs: 1 },
      { ratio: 1.1, intervalMs: 1 },
      { ratio: 0.5, intervalMs: 0 },
    ])
      expect(() => dialling(undefined, { tolerance })).toThrow(RangeError);
  });
});
