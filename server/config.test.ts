import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Config, ConfigError, type ConfigSources, DEFAULT_CONFIG, loadConfig } from "./config.ts";

let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "fugitive-config-"));
});

afterEach(() => {
  rmSync(cwd, { recursive: true });
});

function writeConfig(content: unknown, name = "fugitive.config.json"): string {
  const path = join(cwd, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

function problemsOf(sources: ConfigSources): readonly string[] {
  try {
    loadConfig(sources);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error("The configuration was accepted.");
}

describe("where values come from", () => {
  it("gives the defaults where nothing is said, and looks nowhere it was not told to", () => {
    const { config, sources, file } = loadConfig({});
    expect(config).toEqual(DEFAULT_CONFIG);
    expect(config).toMatchObject({ port: 8080, host: "0.0.0.0", controlPort: 8081, controlHost: "127.0.0.1" });
    expect(new Set(Object.values(sources))).toEqual(new Set(["default"]));
    expect(file).toBeUndefined();
  });

  it("lets code beat flags, flags the environment, the environment the file, and the file the defaults", () => {
    const path = writeConfig({ port: 1, workers: 1, maxCalls: 1, drainMs: 1 });
    const { config, sources, file } = loadConfig({
      cwd,
      env: { PORT: "2", WORKERS: "2", MAX_CALLS: "2" },
      argv: ["--port", "3", "--workers=3"],
      overrides: { port: 4 },
    });
    expect(config).toMatchObject({ port: 4, workers: 3, maxCalls: 2, drainMs: 1, maxDepth: 64 });
    expect(sources).toMatchObject({
      port: "code",
      workers: "flag",
      maxCalls: "environment",
      drainMs: "file",
      maxDepth: "default",
    });
    expect(file).toBe(path);
  });

  it("takes an empty variable, and undefined in code, for not set", () => {
    const { config, sources } = loadConfig({
      env: { PORT: "", FUGITIVE_CONFIG: "" },
      overrides: { host: undefined } as unknown as Partial<Config>,
    });
    expect(config).toMatchObject({ port: 8080, host: "0.0.0.0" });
    expect(sources).toMatchObject({ port: "default", host: "default" });
  });

  it("turns text into the option's type, with _ between digits", () => {
    const { config } = loadConfig({
      env: { MAX_PAYLOAD: "2_000_000", CONTROL_PORT: "off" },
      argv: ["--drain-ms", "1_0"],
    });
    expect(config).toMatchObject({ maxPayload: 2_000_000, controlPort: "off", drainMs: 10 });
  });

  it("cannot be changed afterwards", () => {
    const { config, sources } = loadConfig({});
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(sources)).toBe(true);
    expect(Object.isFrozen(DEFAULT_CONFIG)).toBe(true);
  });

  it("lets a flag repair a bad environment", () => {
    expect(loadConfig({ env: { PORT: "tcp://10.0.0.1:80" }, argv: ["--port", "9000"] }).config.port).toBe(9000);
  });
});

describe("the configuration file", () => {
  it("may be named by a flag or else by the environment, relative to the working directory", () => {
    writeConfig({ port: 1 });
    const second = writeConfig({ port: 2 }, "second.json");
    const third = writeConfig({ port: 3 }, "third.json");
    expect(loadConfig({ cwd, env: { FUGITIVE_CONFIG: "second.json" } })).toMatchObject({
      config: { port: 2 },
      file: second,
    });
    expect(loadConfig({ cwd, env: { FUGITIVE_CONFIG: "second.json" }, argv: ["--config", third] })).toMatchObject({
      config: { port: 3 },
      file: third,
    });
  });

  it("may begin with a byte order mark", () => {
    writeConfig('\uFEFF{"port":9000}');
    expect(loadConfig({ cwd }).config.port).toBe(9000);
  });

  it("must exist where it is named", () => {
    const path = join(cwd, "none.json");
    expect(problemsOf({ cwd, argv: ["--config", "none.json"] })).toEqual([
      expect.stringContaining(`file ${path} cannot be read: ENOENT`),
    ]);
  });

  it("must be a file", () => {
    mkdirSync(join(cwd, "fugitive.config.json"));
    expect(problemsOf({ cwd })).toEqual([expect.stringContaining("cannot be read: EISDIR")]);
  });

  it.each(["", "{port: 1}", '{"port":1,}'])("must be JSON, which %j is not", (content) => {
    const path = writeConfig(content);
    expect(problemsOf({ cwd })).toEqual([expect.stringContaining(`file ${path} is not valid JSON: `)]);
  });

  it.each(["[]", "null", "8080"])("must hold an object, not %s", (content) => {
    const path = writeConfig(content);
    expect(problemsOf({ cwd })).toEqual([`file ${path}: expected a JSON object of options`]);
  });

  it("may hold options only, by their own names", () => {
    const path = writeConfig('{"prot":1,"max-payload":2,"constructor":3,"__proto__":{"port":4}}');
    expect(problemsOf({ cwd })).toEqual([
      `prot (file ${path}) is not an option; did you mean port?`,
      `max-payload (file ${path}) is not an option; did you mean maxPayload?`,
      `constructor (file ${path}) is not an option`,
      `__proto__ (file ${path}) is not an option`,
    ]);
  });
});

describe("what is wrong", () => {
  it("is told in full, one line each, with origin, expectation and finding", () => {
    const path = writeConfig({ maxDepth: "deep", drainMs: null, prot: 1 });
    const sources: ConfigSources = {
      cwd,
      env: { WORKERS: "many", LOG_LEVEL: "verbose" },
      argv: ["--port=65536", "--hots", "a"],
      overrides: { maxCalls: 0.5 },
    };
    const problems = problemsOf(sources);
    expect([...problems].sort()).toEqual([
      "--hots is not a flag; did you mean --host?",
      `drainMs (file ${path}): expected a whole number from 0 to 2_147_483_647, found null`,
      'logLevel (environment LOG_LEVEL): expected one of trace, debug, info, warn, error, fatal, silent, found "verbose"',
      "maxCalls (code): expected a whole number from 1 to 1_000_000, found 0.5",
      `maxDepth (file ${path}): expected a whole number from 1 to 1000, found "deep"`,
      'port (flag --port): expected a whole number from 0 to 65_535, found "65536"',
      `prot (file ${path}) is not an option; did you mean port?`,
      'workers (environment WORKERS): expected a whole number from 0 to 512, found "many"',
    ]);
    expect(new ConfigError(problems).message.split("\n")).toHaveLength(problems.length + 1);
  });

  it("is cut short where it is long", () => {
    const [problem] = problemsOf({ env: { BALANCE: "x".repeat(10_000) } });
    expect(problem).toMatch(/^balance \(environment BALANCE\): expected one of round-robin, kernel, found "x{79}…$/);
  });

  it("includes arguments that are no flags, unless the caller has a use for them", () => {
    expect(problemsOf({ argv: ["serve", "--port", "1"] })).toEqual(['"serve" is an unexpected argument']);
    expect(loadConfig({ argv: ["serve", "--port", "1"], allowPositionals: true }).config.port).toBe(1);
  });

  it("includes names that code made up", () => {
    const overrides = { prot: 1 } as unknown as Partial<Config>;
    expect(problemsOf({ overrides })).toEqual(["prot (code) is not an option; did you mean port?"]);
  });
});

describe("the two ports", () => {
  it.each([
    { host: "0.0.0.0", controlHost: "127.0.0.1" },
    { host: "127.0.0.1", controlHost: "::" },
    { host: "10.0.0.1", controlHost: "10.0.0.1" },
  ])("must differ on $host and $controlHost", (hosts) => {
    expect(problemsOf({ overrides: { ...hosts, port: 8081, controlToken: "0123456789abcdef" } })).toEqual([
      "controlPort (default): expected another port than that of clients, found 8081",
    ]);
  });

  it("may be equal on addresses that differ, or where any free one is taken", () => {
    const apart = { host: "10.0.0.1", controlHost: "127.0.0.1", port: 9000, controlPort: 9000 };
    expect(loadConfig({ overrides: apart }).config).toMatchObject(apart);
    expect(loadConfig({ overrides: { port: 0, controlPort: 0 } }).config).toMatchObject({ port: 0, controlPort: 0 });
  });
});
