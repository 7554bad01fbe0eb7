import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConfigError } from "../server/config.ts";
import type { WorkerRequest } from "../server/queues/sdk/start-worker.ts";
import type { StartRequest } from "../server/serve.ts";
import { StartError } from "../server/start-error.ts";
import { runCli } from "./cli.ts";

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
  readonly workers: readonly WorkerRequest[];
}

interface Given {
  readonly env?: Record<string, string>;
  readonly defaultApp?: URL;
  readonly told?: boolean;
  readonly failure?: unknown;
}

async function run(argv: readonly string[], { env = {}, failure, ...rest }: Given = {}): Promise<Run> {
  const written = { stdout: "", stderr: "" };
  const started: StartRequest[] = [];
  const workers: WorkerRequest[] = [];
  const code = await runCli(argv, {
    env,
    cwd,
    stdin: Readable.from([]),
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    start: async (request) => {
      started.push(request);
      if (failure !== undefined) throw failure;
    },
    startWorker: async (request) => {
      workers.push(request);
      if (failure !== undefined) throw failure;
    },
    ...rest,
  });
  return { code, ...written, started, workers };
}

describe("fugitive serve", () => {
  it("starts the application with the configuration of flags and environment, and gives no exit code", async () => {
    const { code, stderr, started } = await run(["serve", "app.mjs", "--port", "9000"], { env: { WORKERS: "3" } });
    expect({ code, stderr }).toEqual({ code: undefined, stderr: "" });
    expect(started).toHaveLength(1);
    expect(started[0]?.appUrl.href).toBe(pathToFileURL(join(cwd, "app.mjs")).href);
    expect(started[0]?.config?.config).toMatchObject({ port: 9000, workers: 3 });
  });

  it("reads fugitive.config.json of the working directory", async () => {
    writeFileSync(join(cwd, "fugitive.config.json"), '{"port":9001}');
    const { started } = await run(["serve", "app.mjs"]);
    expect(started[0]?.config).toMatchObject({ config: { port: 9001 }, sources: { port: "file" } });
  });

  it("looks for no configuration where it is told one, so that a broken file keeps no socket worker from its start", async () => {
    writeFileSync(join(cwd, "fugitive.config.json"), "{");
    expect(await run(["serve", "app.mjs"])).toMatchObject({ code: 1, started: [] });
    const { code, started } = await run(["serve", "app.mjs", "--port", "9000"], { told: true });
    expect({ code, configs: started.map(({ config }) => config) }).toEqual({ code: undefined, configs: [undefined] });
  });

  it("finds the application wherever it stands among the flags", async () => {
    const { started } = await run(["--port", "1", "serve", "--workers", "0", "app.mjs"]);
    expect(started[0]?.config?.config).toMatchObject({ port: 1, workers: 0 });
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
      workers: [],
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
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
    expect(await run([flag])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "", started: [], workers: [] });
  });
});

describe("fugitive worker", () => {
  const AMQP_URL = "amqp://user:word@host";

  it("starts a worker with what flags and environment say, the former first", async () => {
    const env = { AMQP_URL, WORKER_GROUP: "a", WORKER_CONCURRENCY: "9", REDIS_URL: "redis://elsewhere" };
    const { code, stderr, workers } = await run(["worker", "app.mjs", "--group", "images"], { env });
    expect({ code, stderr }).toEqual({ code: undefined, stderr: "" });
    expect(workers[0]?.url.href).toBe(pathToFileURL(join(cwd, "app.mjs")).href);
    expect(workers[0]?.settings).toMatchObject({ group: "images", concurrency: 9, amqpUrl: AMQP_URL, redisUrl: "" });
  });

  it("takes QUEUE_REDIS_URL, and where that is not there REDIS_URL", async () => {
    const env = { QUEUE_REDIS_URL: "redis://one", REDIS_URL: "redis://two" };
    const redisUrls: unknown[] = [];
    for (const given of [env, { REDIS_URL: "redis://two" }]) {
      redisUrls.push((await run(["worker", "app.mjs"], { env: given })).workers[0]?.settings.redisUrl);
    }
    expect(redisUrls).toEqual(["redis://one", "redis://two"]);
  });

  it("says all that is wrong, and no secret, and starts nothing", async () => {
    const env = { AMQP_URL: "http://secret", WORKER_CONCURRENCY: "no" };
    const { code, stderr, workers } = await run(["worker", "a", "b", "--grup", "x", "--amqp-url", "y"], { env });
    expect({ code, workers }).toEqual({ code: 1, workers: [] });
    expect(stderr.split("\n")).toEqual([
      "The configuration cannot be used:",
      "  --grup is not a flag; did you mean --group?",
      "  --amqp-url is not a flag: a command line is no place for a secret; set AMQP_URL",
      '  WORKER_CONCURRENCY: expected a whole number from 1 to 10_000, found "no"',
      "  AMQP_URL: expected a URL like amqp://user:password@host",
      expect.stringContaining("  a worker has one FILE, not "),
      "",
    ]);
  });

  it.each([
    ["a broker", ["worker", "app.mjs"], "  there is no broker: set AMQP_URL, QUEUE_REDIS_URL or REDIS_URL"],
    ["a file", ["worker"], "  FILE is missing: fugitive worker FILE"],
  ])("asks for %s", async (_, argv, line) => {
    const { code, stderr } = await run(argv);
    expect({ code, lines: stderr.split("\n") }).toMatchObject({ code: 1, lines: expect.arrayContaining([line]) });
  });

  it("refuses a file that there is not, in one line", async () => {
    const { code, stderr } = await run(["worker", "none.mjs"], { env: { AMQP_URL } });
    expect({ code, stderr }).toEqual({ code: 1, stderr: "fugitive: there is no file none.mjs\n" });
  });

  it("has a help of its own", async () => {
    const { code, stdout, workers } = await run(["worker", "--help"]);
    expect({ code, workers }).toEqual({ code: 0, workers: [] });
    expect(stdout).toContain("--concurrency");
    expect(stdout).toContain("AMQP_URL");
  });
});

describe("an unknown command", () => {
  it.each([
    ["srve", 'fugitive: "srve" is not a command; did you mean serve?; see fugitive --help\n'],
    ["dance", 'fugitive: "dance" is not a command; see fugitive --help\n'],
    ["--port=1", "fugitive: a command is missing: fugitive serve --port=1\n"],
  ])("%s is refused in one line", async (word, stderr) => {
    expect(await run([word])).toEqual({ code: 2, stdout: "", stderr, started: [], workers: [] });
  });
});
