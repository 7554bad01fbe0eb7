import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { grant, WELCOME } from "./test/fake-server.ts";
import { connected, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

describe("a session", () => {
  it("is asked for again on every connection after the first, by its id and secret", async () => {
    const { server } = await connected();
    expect(server.connection.of(Kind.HELLO)[0]?.[1]).not.toHaveProperty("resume");
    server.connection.hangUp(1006);
    await pass(500);
    const { session, secret } = WELCOME;
    expect(server.connection.of(Kind.HELLO)[0]?.[1].resume).toEqual({ session, secret, channels: {}, turn: 1 });
  });

  it("goes on with the channels there are when the connection opens", async () => {
    const { client, server } = await connected(grant);
    const [left] = ["left", "kept"].map((channel) => client.subscribe(channel, () => {}));
    await settled();
    server.connection.hangUp(1006);
    await settled();
    left?.unsubscribe();
    client.subscribe("new", () => {});
    await pass(500);
    expect(server.connection.of(Kind.HELLO)[0]?.[1].resume?.channels).toEqual({ kept: null, new: null });
  });

  it("that is another one than before is asked for from then on", async () => {
    let count = 0;
    const { server } = await connected((message, connection) => {
      if (message[0] !== Kind.HELLO) return;
      connection.send([Kind.WELCOME, { ...WELCOME, session: `session-${++count}`, secret: `secret-${count}` }]);
    });
    for (const expected of [1, 2]) {
      server.connection.hangUp(1006);
      await pass(5_000);
      expect(server.connection.of(Kind.HELLO)[0]?.[1].resume).toMatchObject({
        session: `session-${expected}`,
        secret: `secret-${expected}`,
      });
    }
  });
});
