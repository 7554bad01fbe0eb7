import { describe, expect, it, onTestFinished } from "vitest";
import { connect, definePlugin, story } from "../client/node.ts";
import type { ClientOptions } from "../client/options.ts";
import { Kind } from "../shared/message.ts";
import { defineApp } from "./index.ts";
import { serve, until } from "./test/test-server.ts";

const app = defineApp({
  procedures: {
    "math.add": ({ x, y }: { x: number; y: number }) => x + y,
    dropMe: (_: null, { connection }) => connection.close(1012),
  },
  channels: { "news:*": { subscribe: true, publish: true } },
});

async function client(options: ClientOptions = {}) {
  const run = await serve(app);
  const url = `ws://127.0.0.1:${run.port}`;
  const made = connect<typeof app>(url, { reconnect: { minDelayMs: 10 }, ...options });
  onTestFinished(() => made.close());
  await made.ready;
  return { client: made, url };
}

describe("a slow subscriber", () => {
  it("of `latest` skips to the newest of each channel, and another one misses nothing", async () => {
    const { client: reader } = await client();
    const slow: unknown[] = [];
    const fast: unknown[] = [];
    let release = () => {};
    const subscription = reader.subscribe(
      "news:*",
      (data) => {
        slow.push(data);
        if (slow.length > 1) return undefined;
        return new Promise<void>((resolve) => {
          release = resolve;
        });
      },
      { overflow: "latest" },
    );
    reader.subscribe("news:*", (data) => fast.push(data));
    await subscription.ready;
    for (let count = 1; count <= 50; count++) {
      await reader.publish("news:a", `a${count}`);
      await reader.publish("news:b", `b${count}`);
    }
    await until(() => fast.length === 100);
    release();
    await until(() => slow.length === 3);
    expect([slow, subscription.dropped]).toEqual([["a1", "b50", "a50"], 97]);
  });

  it("of `error` is unsubscribed by the server too", async () => {
    const { client: reader } = await client();
    const subscription = reader.subscribe("news:a", { overflow: "error", buffer: 2 });
    await subscription.ready;
    for (let count = 1; count <= 5; count++) await reader.publish("news:a", count);
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const { data } of subscription) seen.push(data);
    })();
    await expect(reading).rejects.toMatchObject({ code: "OVERLOADED" });
    expect(seen).toEqual([1, 2]);
    expect(subscription.state).toBe("unsubscribed");
  });
});

describe("a plugin with middleware", () => {
  it("can change what is asked and what is answered, until it is unplugged", async () => {
    const { client: user } = await client();
    const { add } = user.methodsFrom({ add: { type: "math.add", factory: (x: number, y: number) => ({ x, y }) } });
    const unplug = user.plug(
      definePlugin({
        name: "generous",
        setup: ({ use }) =>
          void use({
            onSend: (message) =>
              message[0] === Kind.CALL ? [Kind.CALL, message[1], message[2], { x: 10, y: 10 }] : undefined,
            onReceive: (message) =>
              message[0] === Kind.RESULT ? [Kind.RESULT, message[1], Number(message[2]) + 1] : undefined,
          }),
      }),
    );
    expect(await add(1, 6)).toBe(21);
    unplug();
    expect(await add(1, 6)).toBe(7);
  });

  it("can have a connection of its own", async () => {
    const { client: user, url } = await client();
    const answers: unknown[] = [];
    const unplug = user.plug({
      name: "second",
      setup({ connect: connectTo }) {
        const other = connectTo<typeof app>(url);
        other.call("math.add", { x: 1, y: 1 }).then(
          (sum) => answers.push(sum),
          () => answers.push("failed"),
        );
        return () => answers.push(other.state);
      },
    });
    await until(() => answers.length === 1);
    unplug();
    expect(answers).toEqual([2, "open"]);
    expect(user.state).toBe("open");
  });
});

describe("the story of a connection to a server", () => {
  it("tells of the loss and of the return", async () => {
    const lines: string[] = [];
    const { client: user } = await client({ plugins: [story((line) => lines.push(line))] });
    await user.subscribe("news:a", () => {}).ready;
    user.call("dropMe", null).catch(() => {});
    await until(() => lines.some((line) => line.startsWith("back after")));
    expect(lines).toEqual([
      "connecting: first use",
      expect.stringMatching(/^connected to worker 0 \(session .{4}…\)$/),
      expect.stringMatching(/^connection lost \(1012, restart\): next try in 0\.0 s$/),
      "connecting: retry 1",
      expect.stringMatching(
        /^back after \d+\.\d s on worker 0, (the same|a new) session, 1 subscription, 1 call repeated$/,
      ),
    ]);
  });
});
