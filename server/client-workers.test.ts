import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { Centaurus } from "../centaurus/node.ts";
import type { Client } from "../client/index.ts";
import { connect } from "../client/node.ts";
import { type Connection, defineApp } from "./index.ts";
import { packageUser } from "./test/package-user.ts";
import { LIMIT_MS } from "./test/patience.ts";
import { serve } from "./test/test-server.ts";

/** What the build made for threads. */
const THREAD = new URL("../dist/centaurus/worker/node.js", import.meta.url);
const CODEC = new URL("../dist/client/workers/client-codec.mjs", import.meta.url);
/** Large also when it is deflated. */
const LARGE = Array.from({ length: 5_000 }, (_, id) => ({
  id,
  score: Math.sin(id),
  on: new Date(id * 1e6),
  big: 2n ** 60n,
}));

async function pair(): Promise<{
  client: Client;
  connection: Connection;
  C: Centaurus;
  errors: unknown[];
  port: number;
}> {
  const procedures = { echo: (data: unknown) => data };
  const { server, port } = await serve(defineApp({ procedures }), { maxPayload: 8_388_608 });
  const opened = new Promise<Connection>((resolve) => server.on("connection", resolve));
  const client = connect(`ws://127.0.0.1:${port}`);
  onTestFinished(() => client.close());
  const errors: unknown[] = [];
  client.on("error", (error) => errors.push(error));
  const C = new Centaurus(THREAD, { workers: 2 });
  onTestFinished(() => C.terminate());
  await client.ready;
  return { client, connection: await opened, C, errors, port };
}

describe("a client in Node.js", () => {
  it("has large messages decoded and deflated by threads, and the same comes of them", async () => {
    const { client, C, errors } = await pair();
    client.offload(C, { url: CODEC });
    await expect.poll(() => C.stats().workers[0]).toBe(0);
    await C.warmUp();
    const answers = await Promise.all([
      client.call("echo", LARGE),
      client.call("echo", "small"),
      client.call("echo", LARGE.slice(1)),
    ]);
    expect(answers).toEqual([LARGE, "small", LARGE.slice(1)]);
    expect([errors, client.ignored]).toEqual([[], 0]);
    C.terminate();
    expect(await client.call("echo", LARGE)).toEqual(LARGE);
    expect(errors.length).toBe(1);
  });

  it("lets a server call functions of its threads", async () => {
    const { client, connection, C, errors } = await pair();
    await C.register({
      shout: (text: string) => text.toUpperCase(),
      *letters(text: string) {
        yield* text;
      },
      spin() {
        for (;;);
      },
    });
    const end = client.share(C, { functions: ["shout", "letters", "spin"], prefix: "text.", timeoutMs: 200, busy: 2 });
    expect(await connection.call("text.shout", "hello")).toBe("HELLO");
    const letters: unknown[] = [];
    for await (const letter of connection.stream("text.letters", "abc")) letters.push(letter);
    expect(letters).toEqual(["a", "b", "c"]);
    await expect(connection.call("text.spin")).rejects.toMatchObject({ code: "TIMEOUT" });
    expect(await connection.call("text.shout", "again")).toBe("AGAIN");
    end();
    await expect(connection.call("text.shout", "gone")).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(errors).toEqual([]);
  });
});

it.each([
  ["require", "user.cjs", 'const { connect } = require("fugitive/client");'],
  ["import", "user.mjs", 'import { connect } from "fugitive/client";'],
])("a package that is there by `%s` finds the code for its threads by itself", async (_, name, text) => {
  const { port } = await pair();
  const folder = await packageUser({
    [name]: `${text}
      (async () => {
        const { Centaurus } = await import("fugitive/centaurus");
        const client = connect(process.argv[2]);
        client.on("error", (error) => console.log(error, error.cause));
        const C = new Centaurus();
        client.offload(C, { sendBytes: 1 });
        client.share(C, { functions: ["none"] });
        for (let offloaded = false; !offloaded; ) {
          const answer = client.call("echo", "small");
          await new Promise(queueMicrotask);
          offloaded = C.stats().unanswered > 0;
          await answer;
        }
        console.log("offloaded");
        client.close();
        C.terminate();
      })();`,
  });
  const run = await promisify(execFile)(process.execPath, [name, `http://127.0.0.1:${port}`], {
    cwd: folder,
    timeout: LIMIT_MS,
  });
  expect(run.stdout + run.stderr).toBe("offloaded\n");
});
