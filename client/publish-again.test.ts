import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { resume, WELCOME } from "./test/fake-server.ts";
import { connected, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

const connectedWith = () => connected(resume, { attempts: 3 });

describe("a publication whose answer is lost with the connection", () => {
  it("is sent again on the next one, with the same key and as it was", async () => {
    const { client, server } = await connectedWith();
    const data = { text: "hi" };
    const published = client.publish("chat", data);
    await settled();
    const [[, , ...first] = []] = server.connection.of(Kind.PUBLISH);
    expect(first).toEqual(["chat", { text: "hi" }, { key: expect.any(String) }]);
    data.text = "changed";
    server.connection.hangUp(1006);
    await pass(500);
    const [[, id, ...again] = []] = server.connection.of(Kind.PUBLISH);
    expect(again).toEqual(first);
    server.connection.send([Kind.ACK, id as number, { offset: 3 }]);
    expect(await published).toEqual({ offset: 3 });
  });

  it("is ahead of those that were made later, while there was no connection and after", async () => {
    const { client, server } = await connectedWith();
    for (const data of [1, 2]) client.publish("chat", data).catch(() => {});
    await settled();
    server.connection.hangUp(1006);
    client.publish("chat", 3).catch(() => {});
    client.on("state", (state) => {
      if (state === "open") client.publish("chat", 4).catch(() => {});
    });
    client.on("welcome", () => void client.publish("chat", 5).catch(() => {}));
    await pass(500);
    expect(server.connection.of(Kind.PUBLISH).map(([, , , data]) => data)).toEqual([1, 2, 3, 4, 5]);
  });

  it("is ahead of those that were made while the server had it leave", async () => {
    const { client, server } = await connectedWith();
    for (const data of [1, 2]) client.publish("chat", data).catch(() => {});
    await settled();
    server.connection.send([Kind.GOAWAY, "restart", { reconnectAfterMs: 10 }]);
    client.publish("chat", 3).catch(() => {});
    await settled();
    server.connection.hangUp(1006);
    await pass(500);
    expect(server.connection.of(Kind.PUBLISH).map(([, , , data]) => data)).toEqual([1, 2, 3]);
  });

  it("is not sent again where the server knows nothing of the session: it may have been made", async () => {
    let session = 0;
    const { client, server } = await connected(
      (message, connection) => {
        if (message[0] === Kind.HELLO) connection.send([Kind.WELCOME, { ...WELCOME, session: `session-${++session}` }]);
      },
      { attempts: 3 },
    );
    const published = client.publish("chat", 1);
    const refused = expect(published).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await settled();
    server.connection.hangUp(1006);
    const later = client.publish("chat", 2);
    await pass(500);
    await refused;
    expect(server.connection.of(Kind.PUBLISH).map(([, , , data]) => data)).toEqual([2]);
    server.connection.send([Kind.ACK, server.connection.of(Kind.PUBLISH)[0]?.[1] as number]);
    expect(await later).toEqual({});
  });

  it("has its time in all, over any number of connections", async () => {
    const { client, server } = await connectedWith();
    const published = client.publish("chat", 1, { timeoutMs: 1_000 });
    const over = expect(published).rejects.toMatchObject({ code: "TIMEOUT" });
    await settled();
    server.connection.hangUp(1006);
    await pass(600);
    server.connection.hangUp(1006);
    await pass(401);
    await over;
  });

  it("is not sent again where it is to be sent once only", async () => {
    const { client, server } = await connected(resume, { attempts: 1 });
    const published = expect(client.publish("chat", 1)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await settled();
    expect(server.connection.of(Kind.PUBLISH)).toEqual([[Kind.PUBLISH, 1, "chat", 1]]);
    server.connection.hangUp(1006);
    await published;
  });

  it("has the key that the application gives", async () => {
    const { client, server } = await connectedWith();
    client.publish("chat", 1, { key: "mine" }).catch(() => {});
    await settled();
    expect(server.connection.of(Kind.PUBLISH)).toEqual([[Kind.PUBLISH, 1, "chat", 1, { key: "mine" }]]);
  });
});
