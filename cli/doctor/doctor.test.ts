import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeCertificate } from "../../server/test/certificates.ts";
import { serve } from "../../server/test/test-server.ts";
import { CHECKS } from "./checks-table.ts";
import { DOCTOR_OPTIONS } from "./doctor-options.ts";
import { runChecks } from "./run-checks.ts";
import { splitFlags } from "./split-flags.ts";
import { findingsIn, findingsOf, runDoctor } from "./test/run-doctor.ts";

const NO_PORTS = ["--port", "0", "--control-port", "off"];

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe("fugitive doctor", () => {
  it("says of each thing how it is, and how many things are not as they should be", async () => {
    const { code, text, stderr } = await runDoctor(NO_PORTS);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(text).toMatch(/^ok {7}Node\.js {9}v/);
    expect(text).toContain("configuration   can be used: options set: 2 by the flag\n");
    expect(text).toMatch(/\n\d+ ok, .+, no problems\n$/);
  });

  it("says all that is wrong with a configuration, goes on with the defaults, and ends with 1", async () => {
    const { code, text } = await runDoctor(["--json", "--prot", "1", "--workers", "x"]);
    expect(code).toBe(1);
    expect(findingsIn(text, "configuration")).toMatchObject([
      { status: "problem", found: "--prot is not a flag; did you mean --port?" },
      { status: "problem", found: expect.stringContaining("workers (flag --workers): expected a whole number") },
    ]);
  });

  it("refuses its own flags where they make no sense", async () => {
    const { code, stderr } = await runDoctor(["--url", "redis://x", "--watch", "x"]);
    expect(code).toBe(1);
    expect(stderr).toContain("--url: expected a URL like wss://example.com");
    expect(stderr).toContain("--watch: expected a whole number");
  });

  it("tells its own flags from the server's", () => {
    const argv = ["--json", "--port", "1", "--url", "ws://x", "--watch=9", "--workers=2", "-h"];
    expect(splitFlags(DOCTOR_OPTIONS, argv)).toEqual({
      own: ["--json", "--url", "ws://x", "--watch=9", "-h"],
      others: ["--port", "1", "--workers=2"],
    });
  });

  it("ends what takes too long, and shows the others all the same", async () => {
    let ended = false;
    const slow = {
      name: "slow",
      run: ({ signal }: { signal: AbortSignal }) =>
        new Promise<never>(() => signal.addEventListener("abort", () => (ended = true))),
    };
    const thrown = { name: "thrown", run: () => Promise.reject(new Error("broken")) };
    const settings = { url: "", watch: 0, json: "false", timeoutMs: 20 } as const;
    const examined = {
      settings,
      env: {},
      progress: () => {},
      loaded: undefined,
      configProblems: [],
      config: {} as never,
    };
    const names: string[] = [];
    const all = await runChecks([slow, thrown, ...CHECKS.slice(0, 1)], examined, ({ name }) => names.push(name));
    expect(names).toEqual(["slow", "thrown", "Node.js"]);
    expect(all[0]?.findings).toMatchObject([{ status: "problem", found: "no answer within 0.02 s" }]);
    expect(all[1]?.findings).toMatchObject([{ status: "problem", found: "broken" }]);
    expect(ended).toBe(true);
  });

  it("sees the limit of open files that it runs with", () => {
    const command = `ulimit -n 200; exec '${process.execPath}' dist/cli/bin.js doctor --json --port 0 --control-port off`;
    let text = "";
    try {
      execFileSync("sh", ["-c", command], { cwd: new URL("../..", import.meta.url), encoding: "utf8" });
    } catch (error) {
      text = (error as { stdout: string }).stdout;
    }
    expect(findingsIn(text, "open files")).toMatchObject([
      { status: "problem", found: expect.stringMatching(/^200 for each/) },
    ]);
  });
});

describe("ports", () => {
  it("that are taken are a problem, and who has them is said where that can be known", async () => {
    const port = await listening(createServer());
    const [taken, off] = await findingsOf("ports", [
      "--host",
      "127.0.0.1",
      "--port",
      String(port),
      "--control-port",
      "off",
    ]);
    expect(off).toBeUndefined();
    expect(taken).toMatchObject({ status: "problem", found: expect.stringContaining(`127.0.0.1:${port} is taken`) });
    expect(taken?.found).toContain(`by process ${process.pid}: `);
  });
});

describe("TLS", () => {
  it.each([
    [90, "ok"],
    [7, "warning"],
    [-1, "problem"],
  ])("a certificate with %d days left: %s", async (days, status) => {
    const folder = mkdtempSync(join(tmpdir(), "fugitive-doctor-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { cert, key } = makeCertificate({ days });
    writeFileSync(join(folder, "cert.pem"), cert);
    writeFileSync(join(folder, "key.pem"), key);
    const flags = ["--cert", join(folder, "cert.pem"), "--key", join(folder, "key.pem")];
    expect(await findingsOf("TLS", [...NO_PORTS, ...flags])).toMatchObject([{ status }]);
  });

  it("files that are not there are a problem", async () => {
    const [finding] = await findingsOf("TLS", [...NO_PORTS, "--cert", "/none.pem", "--key", "/none.key"]);
    expect(finding?.found).toBe("the certificate /none.pem cannot be read: there is no such file");
  });
});

describe("brokers", () => {
  it("that are not there are a problem, and their passwords are not shown", async () => {
    const at = (scheme: string) => `${scheme}://ann:hush@127.0.0.1:1`;
    const { code, text } = await runDoctor(NO_PORTS, {
      REDIS_URL: at("redis"),
      AMQP_URL: at("amqp"),
    });
    expect(code).toBe(1);
    expect(text).toContain("REDIS_URL: connect ECONNREFUSED");
    expect(text).toContain("AMQP_URL: connect ECONNREFUSED");
    expect(text).not.toContain("hush");
  });
});

describe("--url", () => {
  it("comes in as a client does", async () => {
    const { port } = await serve();
    expect(await findingsOf("address", [...NO_PORTS, "--url", `http://127.0.0.1:${port}/`])).toEqual([
      { status: "ok", found: "the upgrade comes through" },
      { status: "ok", found: expect.stringMatching(/^served by worker 0 of .+, [\d.]+ ms there and back$/) },
    ]);
  });

  it("says what to do with a proxy that answers by itself", async () => {
    const port = await listening(createHttpServer((_, response) => response.end("a page")));
    expect(await findingsOf("address", [...NO_PORTS, "--url", `ws://127.0.0.1:${port}`])).toEqual([
      {
        status: "problem",
        found: "no WebSocket: HTTP 200",
        remedy: expect.stringContaining("proxy_set_header Upgrade"),
      },
    ]);
  });

  it("watches whether an idle connection is closed before the heartbeat", async () => {
    const { port } = await serve();
    const impatient = createServer((socket) => {
      const upstream = connect(port, "127.0.0.1");
      socket.setTimeout(150, () => socket.destroy());
      socket.pipe(upstream).pipe(socket);
      socket.on("error", () => upstream.destroy()).on("close", () => upstream.destroy());
      upstream.on("error", () => socket.destroy());
    });
    const url = `ws://127.0.0.1:${await listening(impatient)}`;
    const findings = await findingsOf("address", [...NO_PORTS, "--url", url, "--watch", "20"]);
    expect(findings.at(-1)).toMatchObject({
      status: "problem",
      found: expect.stringMatching(/^an idle connection was closed after \d s: 1006 connection lost$/),
      remedy: expect.stringContaining("HAProxy: timeout tunnel"),
    });
  });

  it("says that nobody listens, or that it is no TLS", async () => {
    expect(await findingsOf("address", [...NO_PORTS, "--url", "ws://127.0.0.1:1"])).toMatchObject([
      { status: "problem", remedy: expect.stringContaining("nobody listens there") },
    ]);
    const { port } = await serve();
    expect(await findingsOf("address", [...NO_PORTS, "--url", `wss://127.0.0.1:${port}`])).toMatchObject([
      { status: "problem" },
    ]);
  });
});
