import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { connected, dialling, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

describe("publish", () => {
  it("resolves with the offset when the server has it", async () => {
    const { client, server } = await connected();
    const published = client.publish("chat:lobby", { text: "hi" });
    await settled();
    expect(server.connection.of(Kind.PUBLISH)).toEqual([[Kind.PUBLISH, 1, "chat:lobby", { text: "hi" }]]);
    server.connection.send([Kind.ACK, 1, { offset: 12 }]);
    expect(await published).toEqual({ offset: 12 });
  });

  it("resolves with nothing in particular where the channel keeps no history", async () => {
    const { client, server } = await connected();
    const published = client.publish("chat:lobby", null);
    await settled();
    server.connection.send([Kind.ACK, 1]);
    expect(await published).toEqual({});
  });

  it("rejects with the server's error", async () => {
    const { client, server } = await connected();
    const published = client.publish("chat:lobby", 1);
    await settled();
    server.connection.send([Kind.ERROR, 1, "FORBIDDEN", "Not here."]);
    await expect(published).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("without acknowledgement resolves once it is sent, and has no id", async () => {
    const { client, server } = await connected();
    expect(await client.publish("cursor", 1, { acknowledge: false })).toEqual({});
    await settled();
    expect(server.connection.of(Kind.PUBLISH)).toEqual([[Kind.PUBLISH, null, "cursor", 1]]);
  });

  it("without acknowledgement waits for a connection all the same", async () => {
    const { client, server } = dialling(undefined, {}, "down");
    let sent = false;
    const published = client.publish("cursor", 1, { acknowledge: false }).then(() => {
      sent = true;
    });
    await pass(400);
    expect(sent).toBe(false);
    server.network = "up";
    await pass(100);
    await published;
    expect(server.connection.of(Kind.PUBLISH)).toHaveLength(1);
  });

  it("has a limit, and is not cancelled, which only calls can be", async () => {
    const { client, server } = await connected();
    const published = expect(client.publish("a", 1, { timeoutMs: 50 })).rejects.toMatchObject({ code: "TIMEOUT" });
    await pass(50);
    await published;
    expect(server.connection.messages.map(([kind]) => kind)).toEqual([Kind.HELLO, Kind.PUBLISH]);
  });
});
