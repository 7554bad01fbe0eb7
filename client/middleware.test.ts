import { describe, expect, it, vi } from "vitest";
import { type ClientMessage, Kind, type ServerMessage } from "../shared/message.ts";
import type { ClientMiddleware } from "./middleware.ts";
import { type FakeConnection, grant, sayWelcome } from "./test/fake-server.ts";
import { connected, dialling, pass, settled, useFakeTime } from "./test/setup.ts";

useFakeTime();

/** Welcomes, and answers calls with their input. */
function echo(message: ClientMessage, connection: FakeConnection): void {
  grant(message, connection);
  if (message[0] === Kind.CALL) connection.send([Kind.RESULT, message[1], message[3]]);
}

function appending(mark: string): ClientMiddleware {
  return {
    onSend: (message) =>
      message[0] === Kind.CALL ? [Kind.CALL, message[1], message[2], message[3] + mark] : undefined,
    onReceive: (message) => (message[0] === Kind.RESULT ? [Kind.RESULT, message[1], message[2] + mark] : undefined),
  };
}

describe("middleware", () => {
  it("sees every message, and changes none by returning nothing", async () => {
    const [sent, received] = [vi.fn(), vi.fn()];
    const middleware = {
      onSend: (message: ClientMessage) => sent(message),
      onReceive: (message: ServerMessage) => received(message[0]),
    };
    const { client, server } = await connected(echo, { use: [middleware] });
    const heard = vi.fn();
    await client.subscribe("news", heard).ready;
    expect(await client.call("test.echo", "hi")).toBe("hi");
    server.connection.send([Kind.EVENT, "news", 1]);
    expect(heard).toHaveBeenCalledOnce();
    expect(sent.mock.calls).toEqual([[[Kind.SUBSCRIBE, 1, "news"]], [[Kind.CALL, 2, "test.echo", "hi"]]]);
    expect(received.mock.calls.flat()).toEqual([Kind.WELCOME, Kind.SUBSCRIBED, Kind.RESULT, Kind.EVENT]);
  });

  it("replaces messages: what is sent in the order of use, what is received in reverse", async () => {
    const { client, server } = await connected(echo, { use: [appending("1"), appending("2")] });
    expect(await client.call("test.echo", "hi ")).toBe("hi 1221");
    expect(server.connection.of(Kind.CALL)[0]?.[3]).toBe("hi 12");
  });

  it("may come and go", async () => {
    const { client } = await connected(echo);
    const one = appending("x");
    const offs = [client.use(one), client.use(one)];
    expect(await client.call("test.echo", "")).toBe("xxxx");
    offs[0]?.();
    offs[0]?.();
    expect(await client.call("test.echo", "")).toBe("xx");
    offs[1]?.();
    expect(await client.call("test.echo", "")).toBe("");
  });

  it("sees what waits for a connection when it is asked", async () => {
    const { client } = dialling(echo);
    const off = client.use(appending("."));
    const answer = client.call("test.echo", "early");
    off();
    expect(await answer).toBe("early.");
  });

  it("does not see what keeps the connection alive", async () => {
    const seen = vi.fn(() => null);
    const { client, server } = await connected(
      (message, connection) => {
        sayWelcome(message, connection);
        if (message[0] === Kind.PING) connection.send([Kind.PONG, message[1]]);
      },
      { use: [{ onSend: seen }] },
    );
    client.use({ onReceive: seen });
    server.connection.send([Kind.PING, "are you there"]);
    expect(await client.ping()).toBeTypeOf("number");
    expect(server.connection.of(Kind.PONG)).toEqual([[Kind.PONG, "are you there"]]);
    expect(seen).not.toHaveBeenCalled();
  });
});

describe("middleware on what is sent", () => {
  const drop: ClientMiddleware = { onSend: () => null };

  it("that drops a request rejects it with CANCELLED", async () => {
    const { client, server } = await connected(echo, { use: [drop] });
    const subscription = client.subscribe("news");
    await expect(client.call("test.echo")).rejects.toMatchObject({ code: "CANCELLED" });
    await expect(client.publish("news", 1)).rejects.toMatchObject({ code: "CANCELLED" });
    await expect(client.publish("news", 1, { acknowledge: false })).rejects.toMatchObject({ code: "CANCELLED" });
    await expect(client.stream("test.echo").next()).rejects.toMatchObject({ code: "CANCELLED" });
    await expect(subscription.ready).rejects.toMatchObject({ code: "CANCELLED" });
    expect(subscription.state).toBe("unsubscribed");
    await settled();
    expect(server.connection.messages.map(([kind]) => kind)).toEqual([Kind.HELLO]);
  });

  it("that throws rejects the request with that, and stops nothing", async () => {
    const { client } = await connected(echo);
    const off = client.use({
      onSend() {
        throw new Error("my own fault");
      },
    });
    await expect(client.call("test.echo")).rejects.toThrow("my own fault");
    off();
    expect(await client.call("test.echo", 1)).toBe(1);
  });

  it.each<[string, (message: ClientMessage) => ClientMessage]>([
    ["the id", (message) => (message[0] === Kind.CALL ? [Kind.CALL, 99, message[2]] : message)],
    ["the kind", (message) => [Kind.PUBLISH, message[1] as number, "news", 1]],
    ["a message into a promise", (message) => Promise.resolve(message) as unknown as ClientMessage],
  ])("must not change %s", async (_what, onSend) => {
    const { client } = await connected(echo, { use: [{ onSend }] });
    await expect(client.call("test.echo")).rejects.toThrow("must keep a message's kind and id");
  });

  it("cannot hold back a CANCEL: what it throws at that is told as `error`", async () => {
    const { client, server } = await connected();
    const errors = vi.fn();
    client.on("error", errors);
    const cancelled = async () => {
      const controller = new AbortController();
      const call = expect(client.call("slow", 1, { signal: controller.signal })).rejects.toThrow("aborted");
      await settled();
      return { controller, call };
    };
    const [first, second] = [await cancelled(), await cancelled()];
    const off = client.use(drop);
    first.controller.abort();
    off();
    client.use({
      onSend() {
        throw new Error("my own fault");
      },
    });
    second.controller.abort();
    await Promise.all([first.call, second.call]);
    await settled();
    expect(server.connection.of(Kind.CANCEL)).toEqual([
      [Kind.CANCEL, 1],
      [Kind.CANCEL, 2],
    ]);
    expect(errors.mock.calls).toEqual([[new Error("my own fault")]]);
  });

  it("cannot make a CANCEL something that does not encode: it goes as it was", async () => {
    const { client, server } = await connected();
    const errors = vi.fn();
    client.on("error", errors);
    client.use({
      onSend: (message) => (message[0] === Kind.CANCEL ? ([...message, Symbol("no")] as never) : undefined),
    });
    const controller = new AbortController();
    const call = expect(client.call("slow", 1, { signal: controller.signal })).rejects.toThrow("aborted");
    await settled();
    controller.abort();
    await call;
    await settled();
    expect(server.connection.of(Kind.CANCEL)).toEqual([[Kind.CANCEL, 1]]);
    expect(errors).toHaveBeenCalledOnce();
  });

  it("sees the client's answers to the server", async () => {
    const { client, server } = await connected(sayWelcome, { use: [drop] });
    client.register("ask", () => "answer");
    server.connection.send([Kind.CALL, 7, "ask"], [Kind.CALL, 8, "unknown"]);
    await settled();
    // an answer that is dropped leaves nobody waiting
    expect(server.connection.of(Kind.ERROR)).toEqual([
      [Kind.ERROR, 8, "NOT_FOUND", expect.any(String)],
      [Kind.ERROR, 7, "CANCELLED", expect.any(String)],
    ]);
    expect(server.connection.of(Kind.RESULT)).toEqual([]);
  });
});

describe("middleware on what is received", () => {
  it("that drops a publication keeps it from subscribers, uncounted", async () => {
    const { client, server } = await connected(grant);
    const heard = vi.fn();
    await client.subscribe("news", heard).ready;
    client.use({ onReceive: (message) => (message[0] === Kind.EVENT && message[2] === "spam" ? null : undefined) });
    server.connection.send([Kind.EVENT, "news", "spam"], [Kind.EVENT, "news", "eggs"]);
    expect(heard.mock.calls.map(([data]) => data)).toEqual(["eggs"]);
    expect(client.ignored).toBe(0);
  });

  it("that drops an answer leaves the call to its timeout", async () => {
    const { client } = await connected(echo, { use: [{ onReceive: () => null }] });
    const call = expect(client.call("test.echo", 1, { timeoutMs: 50 })).rejects.toMatchObject({ code: "TIMEOUT" });
    await pass(50);
    await call;
  });

  it("that throws, or returns what is no message, is told as `error`, and the message dropped", async () => {
    const { client, server } = await connected(grant);
    const [heard, errors] = [vi.fn(), vi.fn()];
    client.on("error", errors);
    await client.subscribe("news", heard).ready;
    const own = new Error("my own fault");
    const off = client.use({
      onReceive() {
        throw own;
      },
    });
    server.connection.send([Kind.EVENT, "news", 1]);
    off();
    client.use({ onReceive: async (message: ServerMessage) => message } as unknown as ClientMiddleware);
    server.connection.send([Kind.EVENT, "news", 2]);
    const malformed = client.use({ onReceive: () => [Kind.EVENT] as never });
    server.connection.send([Kind.EVENT, "news", 3]);
    malformed();
    expect(errors.mock.calls).toEqual([[own], [expect.any(TypeError)], [expect.any(TypeError)]]);
    expect(heard).not.toHaveBeenCalled();
  });
});
