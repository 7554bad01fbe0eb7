import { describe, expect, it } from "vitest";
import { Kind } from "../shared/message.ts";
import { dialling, pass, useFakeTime } from "./test/setup.ts";

useFakeTime();

describe("what waits for a connection", () => {
  it("is bounded by its bytes as well", async () => {
    const { client } = dialling(undefined, { queueBytes: 1_000 }, "down");
    const first = client.call("a", "x".repeat(1_000));
    await expect(client.call("b")).rejects.toMatchObject({ code: "OVERLOADED", message: /^1 requests wait/ });
    client.close();
    await expect(first).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("gives up the oldest for the newest, where that is the policy", async () => {
    const { client, server } = dialling(undefined, { queueLimit: 2, queuePolicy: "drop-oldest" }, "down");
    const oldest = client.call("position", 1);
    for (const position of [2, 3]) client.call("position", position).catch(() => {});
    await expect(oldest).rejects.toMatchObject({ code: "OVERLOADED" });
    server.network = "up";
    await pass(5_000);
    expect(server.connection.of(Kind.CALL).map((message) => message[3])).toEqual([2, 3]);
  });

  it("may be nothing at all: without a connection there is an error at once", async () => {
    const { client } = dialling(undefined, { queueLimit: 0, queuePolicy: "drop-oldest" }, "down");
    await expect(client.call("a")).rejects.toMatchObject({ code: "OVERLOADED" });
    await expect(client.publish("b", 1)).rejects.toMatchObject({ code: "OVERLOADED" });
  });

  it("is forgotten when it is aborted, and makes room", async () => {
    const { client } = dialling(undefined, { queueLimit: 1, queueBytes: 100 }, "down");
    for (let count = 0; count < 5; count++) {
      const controller = new AbortController();
      const call = client.call("a", "x".repeat(99), { signal: controller.signal });
      controller.abort("no");
      await expect(call).rejects.toBe("no");
    }
  });
});
