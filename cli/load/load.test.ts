import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { defineApp } from "../../server/app.ts";
import { packageFile } from "../../server/http/package-file.ts";
import { startTestServer, type TestServer, until } from "../../server/test/test-server.ts";
import { AppError } from "../../shared/errors.ts";
import { runCli } from "../cli.ts";
import { now } from "./clock.ts";
import { LoadRun } from "./process/load-run.ts";
import type { FromProcess } from "./process/messages.ts";
import { readLoadRequest } from "./read-plan.ts";
import { Results } from "./results.ts";

let noted = 0;

const app = defineApp({
  procedures: {
    hello: { input: z.string(), handler: (name) => `Hello, ${name}!` },
    moody: (n: number) => {
      if (n % 2 === 1) throw new AppError("CONFLICT");
      return n;
    },
    noted: () => {
      noted++;
    },
    never: () => new Promise(() => {}),
    secret: () => {
      throw new AppError("UNAUTHENTICATED");
    },
  },
  channels: { "*": {} },
});

let server: TestServer;
let folder: string;

beforeAll(async () => {
  server = await startTestServer(app);
  folder = mkdtempSync(join(tmpdir(), "fugitive-load-"));
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

function load(...argv: string[]) {
  return loadOf(`localhost:${server.port}`, ...argv);
}

async function loadOf(...argv: string[]) {
  const written = { stdout: "", stderr: "" };
  const code = await runCli(["load", ...argv], {
    ...{ env: {}, cwd: folder, stdin: Readable.from([]) },
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    start: () => Promise.reject(new Error("serves")),
    startWorker: () => Promise.reject(new Error("works")),
  });
  return { code, ...written };
}

/** Runs a plan in this very process. */
async function runHere(...argv: string[]): Promise<Results> {
  const request = readLoadRequest([`localhost:${server.port}`, ...argv], {}, folder);
  if (request === "help") throw new Error("That is the help.");
  const results = new Results(request.plan);
  await new Promise<void>((resolve) => {
    const tell = (message: FromProcess) => {
      if (message.type === "tick") results.add(message, 0);
      if (message.type === "finished") run.close();
      if (message.type === "done") resolve();
    };
    const run = new LoadRun({ type: "begin", plan: request.plan, index: 0, beginAt: now(), run: "test" }, tell);
  });
  return results;
}

describe("fugitive load", () => {
  it("has processes make load, and writes what came of it", async () => {
    const calls = ["--procedure", "hello", "--payload", '"Ann"', "--publish", "news", "--subscribe", "news"];
    const amounts = ["--clients", "6", "--processes", "2", "--iterations", "20"];
    const files = ["--json", "report.json", "--html", "report.html", "--assert", "errors<1,unconnected<1"];
    const { code, stdout, stderr } = await load(...calls, ...amounts, ...files);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("holds  errors<1") });
    expect(stderr).toContain("6 clients in 2 processes");
    const report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8"));
    expect(report).toMatchObject({
      ...{ fugitiveLoad: 1, endedBy: "iterations", totals: { ok: 120, failed: 0 }, errors: {} },
      connections: { opened: 6, failed: 0, lost: 0 },
      load: { processes: [{}, {}] },
    });
    const [hello, news] = report.actions;
    expect(hello.ok + news.ok).toBe(120);
    expect(report.deliveries.latency.count).toBeGreaterThan(news.ok);
    expect(report.deliveries.latency.count).toBeLessThanOrEqual(news.ok * 6);
    expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("<h3>Answers a second</h3>");
  });

  it("fails where what has to hold does not", async () => {
    const { code, stdout, stderr } = await load(
      "--iterations",
      "1",
      "--clients",
      "1",
      "--quiet",
      "--assert",
      "p50<0.001",
    );
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toContain("FAILS  p50<0.001");
  });

  it.each([
    [["--procedure", "helo"], 'the server has no procedure "helo"; did you mean hello?'],
    [["--procedure", "hello", "--payload", "5"], "hello refuses its input, see --payload"],
    [["--procedure", "secret"], "LOAD_TOKEN"],
  ])("says %j in one line, at once", async (argv, words) => {
    const { code, stdout, stderr } = await load(...argv);
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: "", stderr: expect.stringContaining(words) });
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it("says that nobody listens, and what to do", async () => {
    const { code, stderr } = await loadOf("localhost:1");
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("start a server there (npm start)") });
  });

  it("is ended in order by Ctrl-C, and still says what came of it", async () => {
    const file = packageFile("dist/cli/bin.js");
    const argv = [file, "load", `localhost:${server.port}`, "--procedure", "noted", "--duration", "60", "--delay", "5"];
    const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const written = text(child.stdout);
    // the first call is made before the run
    await until(() => noted > 1, 20_000);
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(await written).toContain("; ended early");
  });

  it("has a help", async () => {
    const { code, stdout } = await load("--help");
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("--payload") });
  });
});

describe("a process of the load", () => {
  it("counts errors by their code", async () => {
    const results = await runHere(
      "--procedure",
      "moody",
      "--payload",
      '"{{i}}"',
      "--clients",
      "2",
      "--iterations",
      "10",
    );
    expect(results.actions[0]).toMatchObject({ ok: 10, errors: { CONFLICT: 10 } });
    expect(results.connected).toBe(2);
    expect(results.bytes.out).toBeGreaterThan(100);
  });

  it("calls when calls are due, and counts from then", async () => {
    const results = await runHere("--rate", "100", "--duration", "0.5", "--clients", "3", "--procedure", "$ping");
    expect(results.ok).toBe(50);
    const [action] = results.actions;
    expect(action?.service.count).toBe(50);
    expect(action?.response.percentile(50)).toBeGreaterThanOrEqual(action?.service.percentile(50) ?? 0);
  });

  it("speaks JSON to servers that are to", async () => {
    const results = await runHere(
      "--subprotocol",
      "json",
      "--procedure",
      "hello",
      "--payload",
      '"Ann"',
      "--iterations",
      "5",
    );
    expect(results.actions[0]).toMatchObject({ ok: 50, errors: {} });
  });

  it("waits for no answer longer than it was told", async () => {
    const results = await runHere("--procedure", "never", "--timeout", "50", "--iterations", "1", "--clients", "1");
    expect(results.errors).toEqual({ TIMEOUT: 1 });
  });

  it("says which calls were due, and never sent for want of a free client", async () => {
    const argv = ["--procedure", "never", "--rate", "100", "--depth", "1", "--clients", "1", "--timeout", "100"];
    const results = await runHere(...argv, "--duration", "0.3");
    const { TIMEOUT = 0, NOT_SENT = 0 } = results.errors;
    expect(NOT_SENT).toBeGreaterThan(0);
    expect(TIMEOUT + NOT_SENT).toBe(30);
  });
});
