import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { readWorkerRequest } from "../cli/worker/request.ts";
import { OPTION_KEYS, OPTIONS } from "../server/config/options.ts";
import { DEFAULT_CONFIG, loadConfig } from "../server/config.ts";
import { WORKER_OPTION_KEYS, WORKER_OPTIONS } from "../server/queues/sdk/worker-options.ts";
import { type ComposeService, mountsOf, networksOf, readCompose, readSeconds, serviceOf } from "./test/compose-file.ts";
import { node, ROOT, read } from "./test/node-process.ts";

const FILES = ["docker-compose.yml", "deploy/docker-compose.cluster.yml"];
/** What a supervisor is to give beyond what the program takes, in milliseconds: docs/OPERATIONS.md. */
const SPARE_MS = 5_000;

/** The services of a file that run this project, by the command that they give it. */
function oursOf(path: string, command: "serve" | "worker"): [string, ComposeService][] {
  return [...readCompose(path).services].filter(
    ([, { image, command: given }]) => image === "fugitive" && given?.[0] === command,
  );
}

describe.each(FILES)("%s", (path) => {
  const file = readCompose(path);
  const services = [...file.services];

  it("names only services, networks, volumes, files and folders that there are", () => {
    const missing = services.flatMap(([name, service]) => [
      ...Object.keys(service.depends_on ?? {}).filter((other) => !file.services.has(other)),
      ...networksOf(service).filter((network) => !file.networks.includes(network)),
      ...mountsOf(file, service).flatMap(({ from }) => (existsSync(from) ? [] : [`${name}: ${from}`])),
      ...(service.volumes ?? [])
        .filter((volume) => !volume.startsWith("."))
        .filter((volume) => !file.volumes.includes(volume.split(":")[0] ?? "")),
      ...(service.build !== undefined && !existsSync(`${file.folder}/${service.build}/Dockerfile`) ? [name] : []),
    ]);
    expect(missing).toEqual([]);
    // once, and not by several at the same time
    expect(services.filter(([, { build }]) => build !== undefined)).toMatchObject([["one", { image: "fugitive" }]]);
  });

  it("waits for the health of what has a health check", () => {
    const waited = services.flatMap(([, { depends_on: others = {} }]) =>
      Object.entries(others).flatMap(([other, { condition }]) => (condition === "service_healthy" ? [other] : [])),
    );
    expect(waited.length).toBeGreaterThan(2);
    for (const name of waited) {
      const { image, healthcheck } = serviceOf(file, name);
      expect({ name, checked: healthcheck?.test !== undefined || image === "fugitive" }).toEqual({
        name,
        checked: true,
      });
    }
  });

  it("starts again what ends, but for what has done its work", () => {
    const others = services.flatMap(([name, { restart }]) => (restart === "unless-stopped" ? [] : [[name, restart]]));
    expect(others).toEqual(path.includes("cluster") ? [["cluster", "no"]] : []);
  });

  it("gives servers what the configuration knows and takes, and time to end", () => {
    const known = new Set(OPTION_KEYS.map((key) => OPTIONS[key].env));
    const servers = oursOf(path, "serve");
    expect(servers.map(([name]) => name)).toEqual(["one", "two"]);
    for (const [name, { command = [], environment: env = {}, stop_grace_period: grace }] of servers) {
      expect(Object.keys(env).filter((variable) => !known.has(variable))).toEqual([]);
      const { config } = loadConfig({ argv: command, env, allowPositionals: true });
      expect(config.node).toBe(name);
      expect(config.redis).not.toBe("");
      expect(readSeconds(grace)).toBeGreaterThanOrEqual(config.drainMs + SPARE_MS);
    }
  });
});

describe("docker-compose.yml", () => {
  const file = readCompose("docker-compose.yml");
  const balancer = serviceOf(file, "balancer");

  it("gives workers what they know and take, a file that there is, and time to end", () => {
    const known = new Set(WORKER_OPTION_KEYS.map((key) => WORKER_OPTIONS[key].env));
    const workers = oursOf("docker-compose.yml", "worker");
    expect(workers).toHaveLength(1);
    for (const [, { command = [], environment: env = {}, stop_grace_period: grace }] of workers) {
      expect(Object.keys(env).filter((variable) => !known.has(variable))).toEqual([]);
      const request = readWorkerRequest(command.slice(1), env, ROOT);
      if (request === "help") throw new Error("It asks for help.");
      expect(existsSync(request.url)).toBe(true);
      expect(readSeconds(grace)).toBeGreaterThanOrEqual(request.settings.graceMs + SPARE_MS);
    }
  });

  it("lets nobody in but at the balancer, and on this machine at control ports that want a token", () => {
    const open = [...file.services].flatMap(([name, { ports = [] }]) => ports.map((port) => [name, port]));
    expect(open).toEqual([
      ["balancer", "8080:8080"],
      ["one", "127.0.0.1:8081:8081"],
      ["two", "127.0.0.1:8082:8081"],
    ]);
    for (const [, { environment: env = {} }] of oursOf("docker-compose.yml", "serve")) {
      const { config } = loadConfig({ env });
      expect(config.controlToken.length).toBeGreaterThan(15);
      // it is the balancer alone that is believed who clients are
      expect({ front: { ipv4_address: config.trustedProxies.join() } }).toEqual(balancer.networks);
    }
  });

  it("has a balancer that knows the hosts, and lets WebSockets be for longer than they are quiet", () => {
    const text = read("deploy/haproxy.cfg");
    const servers = [...text.matchAll(/^ {2}server (\w+) (\S+)$/gm)].map(([, name, address]) => [name, address]);
    expect(servers).toEqual(["one", "two"].map((name) => [name, `${name}:${DEFAULT_CONFIG.port}`]));
    const [, hours] = /^ {2}timeout tunnel (\d+)h$/m.exec(text) ?? [];
    expect(Number(hours) * 3_600_000).toBeGreaterThan(2 * DEFAULT_CONFIG.heartbeatMs);
    const [, ending] = /^ {2}hard-stop-after (\d+s)$/m.exec(text) ?? [];
    expect(readSeconds(balancer.stop_grace_period)).toBeGreaterThanOrEqual(readSeconds(ending) + SPARE_MS);
  });
});

describe("Dockerfile", () => {
  const text = read("Dockerfile");
  const { bin } = JSON.parse(read("package.json"));

  it("runs what the package calls fugitive, as somebody who may do little", () => {
    const [, entry = ""] = /^ENTRYPOINT (.*)$/m.exec(text) ?? [];
    expect(JSON.parse(entry)).toEqual(["node", bin.fugitive]);
    expect(text.split(/^FROM /m).at(-1)).toContain("\nUSER node\n");
  });

  it("has all that the build reads", () => {
    const [, sources = ""] = /const SOURCES = \[(.*?)\]/s.exec(read("tools/build.mjs")) ?? [];
    const needed = [...sources.matchAll(/"([\w./-]+)"/g)].map(([, source = ""]) => source);
    const taken = read(".dockerignore")
      .split("\n")
      .flatMap((line) => (line.startsWith("!") ? [line.slice(1)] : []));
    expect(needed.length).toBeGreaterThan(5);
    const within = (source: string) => taken.some((one) => source === one || source.startsWith(`${one}/`));
    expect(needed.filter((source) => !within(source))).toEqual([]);
    expect(taken.filter((one) => !existsSync(ROOT + one))).toEqual([]);
  });

  it.each([
    [200, 0],
    [503, 1],
  ])("has a health check that takes %i of /readyz for exit code %i", async (status, code) => {
    const [, check = ""] = /^HEALTHCHECK [^\n]*\\\n +CMD (.*)$/m.exec(text) ?? [];
    const [program, ...args] = JSON.parse(check) as string[];
    expect(program).toBe("node");
    const asked: (string | undefined)[] = [];
    const server = createServer(({ url }, response) => {
      asked.push(url);
      response.writeHead(status).end();
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    // it says nothing
    await expect(node(args, { CONTROL_PORT: String(port) }).said(/never/)).rejects.toThrow(`exit code ${code}:`);
    expect(asked).toEqual(["/readyz"]);
  });
});

it("docs/DEPLOYMENT.md names files that there are, and is linked to by the README", () => {
  const named = [...read("docs/DEPLOYMENT.md").matchAll(/`((?:deploy|dist|docs|server)\/[\w./-]+)`/g)];
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter(([, path]) => !existsSync(ROOT + path))).toEqual([]);
  expect(read("README.md")).toContain("(docs/DEPLOYMENT.md)");
});
