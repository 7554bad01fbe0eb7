import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { defineApp } from "./index.ts";
import { packageUser } from "./test/package-user.ts";
import { LIMIT_MS } from "./test/patience.ts";
import { serve } from "./test/test-server.ts";

const COMPILER = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));

/** Runs Node.js. @returns what it wrote, and its exit code */
async function node(cwd: string, ...args: string[]): Promise<{ readonly output: string; readonly code: number }> {
  const options = { cwd, timeout: LIMIT_MS, env: { PATH: process.env.PATH } };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, options);
    return { output: stdout + stderr, code: 0 };
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number };
    return { output: stdout + stderr, code };
  }
}

describe("fugitive/client in Node.js", () => {
  const talk = `
    const client = connect(process.argv[2]);
    const large = "deflate me. ".repeat(1000);
    client.call("echo", large).then((answer) => {
      console.log(answer === large, AppError.name);
      client.close();
    });
  `;

  it.each([
    ["require", "user.cjs", `const { connect, AppError } = require("fugitive/client");${talk}`],
    ["import", "user.mjs", `import { connect, AppError } from "fugitive/client";${talk}`],
  ])("is there for `%s`, and talks to a server", async (_, name, text) => {
    const { port } = await serve(defineApp({ procedures: { echo: (data: unknown) => data } }));
    const folder = await packageUser({ [name]: text });
    const run = await node(folder, name, `http://127.0.0.1:${port}`);
    expect(run).toEqual({ output: "true AppError\n", code: 0 });
  });

  it("may be imported and required by one program: the errors of either are known to both", async () => {
    const text = `
      const { AppError } = require("fugitive/client");
      import("fugitive/client").then((other) => {
        console.log(other.AppError === AppError, new other.AppError("X") instanceof AppError);
      });
    `;
    const folder = await packageUser({ "user.cjs": text });
    expect(await node(folder, "user.cjs")).toEqual({ output: "false true\n", code: 0 });
  });
});

describe("the types of fugitive/client", () => {
  const use = `
    import { AppError, type Client, type ClientOptions, connect } from "fugitive/client";
    import type { QueuePolicy, RequestOptions, Tolerance, WebSocketConstructor } from "fugitive/client";
    const [tolerance, queuePolicy]: [Tolerance, QueuePolicy] = [{ ratio: 0.5, intervalMs: 1_000 }, "drop-oldest"];
    const options: ClientOptions = { lazy: true, tolerance, queuePolicy };
    export type Given = [RequestOptions, WebSocketConstructor];
    const client: Client = connect("ws://localhost", options);
    export const answer: Promise<unknown> = client.call("math.add", { x: 1 });
    export const error: Error = new AppError("CODE", "text");
    // @ts-expect-error the name of a procedure is a string
    client.call(5);
  `;
  const legacy = `
    import fugitive = require("fugitive/client");
    export const client: fugitive.Client = fugitive.connect("ws://localhost");
    // @ts-expect-error there is no such thing
    fugitive.disconnect();
  `;

  it.each([
    ["the client, by modules", "use.mts", "es2022,dom", ""],
    ["the client, by CommonJS", "use.cts", "es2022,dom", ""],
    ["the server", "server.mts", "es2022", "node"],
  ])("compile where they are checked themselves: %s", async (_, file, lib, types) => {
    const server = `
      import { createServer, defineApp, type Server } from "fugitive/server";
      import { connect } from "fugitive/client";
      import { Gateway, type GatewayError } from "fugitive/gateway";
      const app = defineApp({ procedures: { echo: (data: number) => data } });
      export const server: Promise<Server> = Promise.resolve(createServer(app));
      export const answer: Promise<number> = connect<typeof app>("ws://localhost").call("echo", 1);
      const redis = { url: "redis://localhost", stream: "events", group: "g", consumer: "c" };
      const gateway = new Gateway({ control: "http://localhost", redis });
      gateway.on("message", async ({ id }, data) => (await gateway.sendTo({ id }, data)) > 0);
      gateway.on("error", ({ code }: GatewayError) => code === "PARTIAL");
    `;
    const folder = await packageUser({ "use.mts": use, "use.cts": use, "server.mts": server });
    const settings = ["--target", "es2022", "--lib", lib, "--types", types, "--module", "nodenext"];
    const run = await node(folder, COMPILER, "--noEmit", "--strict", "--skipLibCheck", "false", ...settings, file);
    expect(run).toEqual({ output: "", code: 0 });
  });

  it.each([
    ["nodenext", "nodenext", ["use.mts", "use.cts", "legacy.cts"]],
    ["node16", "node16", ["use.mts", "use.cts", "legacy.cts"]],
    ["esnext", "bundler", ["use.mts", "use.ts"]],
  ])("are found by modules of %s that are resolved as %s", async (module, resolution, files) => {
    const folder = await packageUser({ "use.mts": use, "use.cts": use, "use.ts": use, "legacy.cts": legacy });
    const settings = ["--target", "es2022", "--lib", "es2023,dom,esnext.disposable", "--types", ""];
    const chosen = ["--module", module, "--moduleResolution", resolution];
    const run = await node(folder, COMPILER, "--noEmit", "--strict", ...settings, ...chosen, ...files);
    expect(run).toEqual({ output: "", code: 0 });
  });
});
