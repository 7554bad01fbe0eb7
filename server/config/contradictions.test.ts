import { describe, expect, it } from "vitest";
import { type Config, ConfigError, loadConfig } from "../config.ts";
import { startupReport } from "../primary/startup-report.ts";

const TOKEN = "hunter2-hunter2-hunter2";

/** What is wrong with options that code gives. */
function problemsOf(overrides: Partial<Config>, env: Record<string, string> = {}): readonly string[] {
  try {
    loadConfig({ overrides: { workers: 2, ...overrides }, env });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe("options that do not go together", () => {
  it("are a control port for other machines, and no token", () => {
    const [problem] = problemsOf({ controlHost: "0.0.0.0" });
    expect(problem).toBe(
      'controlToken (default): expected a secret, as controlHost 0.0.0.0 lets other machines in, found ""',
    );
    expect(problemsOf({ controlHost: "0.0.0.0", controlToken: TOKEN })).toEqual([]);
    expect(problemsOf({ controlHost: "0.0.0.0", controlPort: "off" })).toEqual([]);
    expect(problemsOf({ controlHost: "0.0.0.0", workers: 0 })).toEqual([]);
    for (const controlHost of ["127.0.0.1", "127.1.2.3", "::1", "localhost"]) {
      expect(problemsOf({ controlHost })).toEqual([]);
    }
    for (const controlHost of ["10.0.0.1", "::", "fugitive", "127.evil.example"]) {
      expect(problemsOf({ controlHost })).toHaveLength(1);
    }
  });

  it("are paths whose applications would have one queue, or a name that no queue has", () => {
    const app = "./app.js";
    const paths = [
      { path: "/a/b", app },
      { path: "/a-b", app },
    ] as unknown as Config["paths"];
    expect(problemsOf({ paths })).toEqual([]);
    expect(problemsOf({ paths, amqpUrl: "amqp://127.0.0.1" })).toEqual([
      expect.stringMatching(/^paths .*another path than \/a-b, whose queue has the name of that of \/a\/b/),
    ]);
    const long = [{ path: `/${"a".repeat(60)}`, app }] as unknown as Config["paths"];
    expect(problemsOf({ paths: long, queueRedisUrl: "redis://127.0.0.1" })).toEqual([
      expect.stringMatching(/^paths .*a shorter path/),
    ]);
  });

  it("are a certificate and no key, and a key and no certificate", () => {
    expect(problemsOf({ cert: "a.pem" })).toEqual([
      expect.stringMatching(/^key \(default\): expected the certificate's key/),
    ]);
    expect(problemsOf({ key: "a.pem" })).toEqual([expect.stringMatching(/^cert \(default\): expected the key's/)]);
    expect(problemsOf({ cert: "a.pem", key: "b.pem" })).toEqual([]);
  });

  it("are the PROXY protocol and no proxy, or nobody who could read it", () => {
    const on = { proxyProtocol: "on", trustedProxies: ["10.0.0.1"] } as const;
    expect(problemsOf(on)).toEqual([]);
    expect(problemsOf({ ...on, trustedProxies: [] })).toHaveLength(1);
    expect(problemsOf({ ...on, balance: "kernel" })).toEqual([
      expect.stringMatching(/^balance .* expected round-robin/),
    ]);
    expect(problemsOf({ ...on, workers: 0 })).toEqual([expect.stringMatching(/^workers .* expected 1 or more/)]);
  });
});

describe("a list", () => {
  it("is text with commas, or an array", () => {
    const given = "https://app.example.com, https://*.example.org ,";
    const origins = ["https://app.example.com", "https://*.example.org"];
    expect(loadConfig({ env: { ORIGINS: given } }).config.origins).toEqual(origins);
    expect(loadConfig({ argv: ["--origins", given] }).config.origins).toEqual(origins);
    expect(loadConfig({ overrides: { origins } }).config.origins).toEqual(origins);
  });

  it("has only what belongs there", () => {
    expect(problemsOf({ origins: ["https://app.example.com/"] })).toHaveLength(1);
    expect(problemsOf({}, { TRUSTED_PROXIES: "10.0.0.0/8, proxy.example.com" })).toHaveLength(1);
  });
});

describe("a secret", () => {
  it("is not shown where it is wrong", () => {
    const problems = problemsOf({}, { CONTROL_TOKEN: "hunter2" }).join();
    expect(problems).toBe(
      "controlToken (environment CONTROL_TOKEN): expected 16 to 4096 letters, digits and -._~+/=, found something else",
    );
  });

  it("is not shown where it is right", () => {
    const config = loadConfig({ env: { CONTROL_TOKEN: TOKEN }, overrides: { keyPassphrase: TOKEN } });
    const report = startupReport({
      ...{ version: "1", node: "v20", cores: 1, workers: [], primaryPid: 1, tookMs: 1 },
      config,
      addresses: { public: [] },
    });
    expect(report).not.toContain("hunter2");
    expect(report).toContain("CONTROL_TOKEN=***");
  });
});
