import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConfigError } from "../config.ts";
import { StartError } from "../start-error.ts";
import { runCli, type StartRequest } from "./cli.ts";

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "fugitive-cli-"));
  writeFileSync(join(cwd, "app.mjs"), "export const app = {};");
});

afterEach(() => {
  rmSync(cwd, { recursive: true });
});

interface Run {
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly started: readonly StartRequest[];
}

interface Given {
  readonly env?: Record<string, string>;
  readonly defaultApp?: URL;
  readonly failure?: unknown;
}

async function run(argv: readonly string[], { env = {}, failure, ...rest }: Given = {}): Promise<Run> {
  const written = { stdout: "", stderr: "" };
  const started: StartRequest[] = [];
  const code = await runCli(argv, {
    env,
    cwd,
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    start: async (request) => {
      started.push(request);
      if (failure !== undefined) throw failure;
    },
    ...rest,
  });
  return { code, ...written, started };
}

describe("fugitive serve", () => {
  it("starts the application with the configuration of flags and environment, and gives no exit code", async () => {
    const { code, stderr, started } = await run(["serve", "app.mjs", "--port", "9000"], { env: { WORKERS: "3" } });
    expect({ code, stderr }).toEqual({ code: undefined, stderr: "" });
    expect(started).toHaveLength(1);
    expect(started[0]?.appUrl.href).toBe(pathToFileURL(join(cwd, "app.mjs")).href);
    expect(started[0]?.config.config).toMatchObject({ port: 9000, workers: 3 });
  });

  it("reads fugitive.config.json of the working directory", async () => {
    writeFileSync(join(cwd, "fugitive.config.json"), '{"port":9001}');
    const { started } = await run(["serve", "app.mjs"]);
    expect(started[0]?.config).toMatchObject({ config: { port: 9001 }, sources: { port: "file" } });
  });

  it("finds the application wherever it stands among the flags", async () => {
    const { started } = await run(["--port", "1", "serve", "--workers", "0", "app.mjs"]);
    expect(started[0]?.config.config).toMatchObject({ port: 1, workers: 0 });
  });

  it("serves the default application where none is named", async () => {
    const defaultApp = pathToFileURL(join(cwd, "app.mjs"));
    expect((await run(["serve"], { defaultApp })).started[0]?.appUrl).toBe(defaultApp);
  });

  it("asks for an application where there is no default", async () => {
    expect(await run(["serve"])).toMatchObject({
      code: 2,
      stderr: "fugitive: which application? fugitive serve APP\n",
      started: [],
    });
  });

  it.each(["none.mjs", "."])("refuses %s, which is no file, in one line", async (path) => {
    expect(await run(["serve", path])).toEqual({
      code: 1,
      stdout: "",
      stderr: `fugitive: there is no application file ${path}\n`,
      started: [],
    });
  });

  it("refuses a second application", async () => {
    const { code, stderr, started } = await run(["serve", "app.mjs", "b.mjs"]);
    expect({ code, stderr, started }).toEqual({
      code: 2,
      stderr: "fugitive: serve takes one application, not 2\n",
      started: [],
    });
  });

  it("shows every problem of the configuration and starts nothing", async () => {
    const { code, stderr, started } = await run(["serve", "app.mjs", "--prot", "1"], { env: { WORKERS: "x" } });
    expect(code).toBe(1);
    expect(stderr.split("\n")).toEqual([
      "The configuration cannot be used:",
      "  --prot is not a flag; did you mean --port?",
      expect.stringContaining("  workers (environment WORKERS): expected a whole number"),
      "",
    ]);
    expect(started).toEqual([]);
  });
});

describe("a start that fails", () => {
  it("is told by its message alone where the configuration is at fault", async () => {
    const failure = new ConfigError(["something"]);
    expect(await run(["serve", "app.mjs"], { failure })).toMatchObject({ code: 1, stderr: `${failure.message}\n` });
  });

  it("is told in one line where what is wrong is known", async () => {
    const failure = new StartError("127.0.0.1:80 is taken", { code: "EADDRINUSE" });
    expect(await run(["serve", "app.mjs"], { failure })).toMatchObject({
      code: 1,
      stderr: "fugitive: 127.0.0.1:80 is taken\n",
    });
  });

  it("is told with its stack where anything else is thrown", async () => {
    const failure = new TypeError("app is not what it seems");
    expect(await run(["serve", "app.mjs"], { failure })).toMatchObject({
      code: 1,
      stderr: `fugitive: ${failure.stack}\n`,
    });
    expect(await run(["serve", "app.mjs"], { failure: "text" })).toMatchObject({ code: 1, stderr: "fugitive: text\n" });
  });
});

describe("help and version", () => {
  it.each([[[]], [["help"]], [["--help"]], [["-h"]], [["serve", "--help"]], [["serve", "app.mjs", "--prot", "-h"]]])(
    "%j prints the help",
    async (argv) => {
      const { code, stdout, stderr, started } = await run(argv);
      expect({ code, stderr, started }).toEqual({ code: 0, stderr: "", started: [] });
      expect(stdout).toContain("fugitive serve [APP] [flags]");
      expect(stdout).toContain("--max-payload");
    },
  );

  it.each([["--version"], ["-v"]])("%s prints the version of package.json", async (flag) => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await run([flag])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "", started: [] });
  });
});

describe("an unknown command", () => {
  it.each([
    ["srve", 'fugitive: "srve" is not a command; did you mean serve?; see fugitive --help\n'],
    ["dance", 'fugitive: "dance" is not a command; see fugitive --help\n'],
    ["--port=1", "fugitive: a command is missing: fugitive serve --port=1\n"],
  ])("%s is refused in one line", async (word, stderr) => {
    expect(await run([word])).toEqual({ code: 2, stdout: "", stderr, started: [] });
  });
});
