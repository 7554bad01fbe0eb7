import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { defineApp } from "./index.ts";
import { packageUser } from "./test/package-user.ts";
import { serve } from "./test/test-server.ts";

const COMPILER = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
const LIMIT_MS = 15_000;

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
});

describe("the types of fugitive/client", () => {
  const use = `
    import { AppError, type Client, type ClientOptions, connect } from "fugitive/client";
    const options: ClientOptions = { lazy: true };
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
