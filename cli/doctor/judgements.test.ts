import { describe, expect, it } from "vitest";
import { parseOpenFiles } from "../../server/primary/open-files-limit.ts";
import { judgeBacklog } from "./checks/backlog.ts";
import { judgeClock } from "./checks/clock.ts";
import { judgeConntrack } from "./checks/conntrack.ts";
import { judgeCores } from "./checks/cores.ts";
import { judgeLocalPorts } from "./checks/local-ports.ts";
import { judgeMemory } from "./checks/memory.ts";
import { judgeNode } from "./checks/node-version.ts";
import { judgeOpenFiles } from "./checks/open-files.ts";
import { judgeForwarding } from "./checks/proxy.ts";
import { judgeInfo, parseInfo } from "./checks/redis.ts";
import { judgeFolder } from "./checks/socket-folder.ts";
import { judgeUws } from "./checks/uws.ts";
import { judgeHandshake } from "./proxy/judge-handshake.ts";
import { judgeIdle } from "./proxy/watch.ts";
import { parseCgroupPaths, parseCpuMax } from "./system/cgroup.ts";
import { parseListeners } from "./system/listeners.ts";

const GIB = 2 ** 30;

describe("what the system's files say", () => {
  it("the limit of open files, soft and hard", () => {
    const limits =
      "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 524288               files\n";
    expect(parseOpenFiles(limits)).toEqual({ soft: 1_024, hard: 524_288 });
    expect(parseOpenFiles("Max open files  unlimited  unlimited  files")?.hard).toBe(Number.POSITIVE_INFINITY);
    expect(parseOpenFiles("")).toBeUndefined();
  });

  it("the folders of cgroups, of both versions", () => {
    expect([...parseCgroupPaths("0::/user.slice/a\n")]).toEqual([["", "/user.slice/a"]]);
    const v1 = parseCgroupPaths("4:memory:/docker/x\n3:cpu,cpuacct:/docker/y\n1:name=systemd:/z");
    expect([v1.get("memory"), v1.get("cpu"), v1.get("")]).toEqual(["/docker/x", "/docker/y", undefined]);
  });

  it.each([
    ["150000 100000", 1.5],
    ["max 100000", undefined],
    ["-1 100000", undefined],
    ["5 0", undefined],
    ["", undefined],
  ])("cores that %j allows", (text, cores) => {
    expect(parseCpuMax(text)).toBe(cores);
  });

  it("which sockets listen on a port", () => {
    const table = [
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
      "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000",
      "   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000",
      "   2: 00000000:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000",
    ].join("\n");
    expect(parseListeners(table, 8080)).toEqual(["4711"]);
    expect(parseListeners("", 8080)).toEqual([]);
  });
});

describe("judgements", () => {
  it.each([
    ["v18.20.0", "problem"],
    ["v20.0.0", "ok"],
    ["v22.12.0", "ok"],
    ["v23.1.0", "warning"],
    ["v24.1.0", "ok"],
    ["nonsense", "problem"],
  ])("Node.js %s: %s", (version, status) => {
    expect(judgeNode(version).status).toBe(status);
  });

  it("uWebSockets.js that does not load is a problem only where it has to serve, and its build is that for this Node.js", () => {
    const file = "uws_linux_x64_137.node";
    const missing = `uWebSockets.js has no ${file}`;
    expect(judgeUws({ file, missing: undefined }, "auto", 22)).toEqual({ status: "ok", found: `${file} loads` });
    expect(judgeUws({ file, missing }, "ws", 24).status).toBe("ok");
    const judged = (["auto", "uws"] as const).map((transport) => judgeUws({ file, missing }, transport, 24));
    expect(judged.map(({ status }) => status)).toEqual(["warning", "problem"]);
    for (const { remedy } of judged) expect(remedy).toContain("uNetworking/uWebSockets.js#v20.52.0");
    expect(judgeUws({ file, missing }, "auto", 20).remedy).toContain("#v20.49.0");
  });

  it("processes and threads are held against the cores that a container may use, not those it sees", () => {
    expect(judgeCores(8, undefined, { workers: 8, computeThreads: 7 })).toMatchObject([{ status: "ok" }]);
    expect(judgeCores(8, 1.5, { workers: 8, computeThreads: 7 })).toMatchObject([
      { found: "8 seen, and 1.5 allowed by the cgroup; 8 socket workers take turns on them", remedy: "set WORKERS=1" },
      { remedy: "set COMPUTE_THREADS=1" },
    ]);
  });

  it("budgets are held against the memory there is", () => {
    const config = {
      workers: 2,
      computeThreads: 1,
      computeMemory: 512,
      historyBudget: GIB,
      presenceBudget: 0,
      answerBudget: 0,
    };
    expect(judgeMemory(8 * GIB, undefined, config).status).toBe("ok");
    expect(judgeMemory(8 * GIB, GIB, config)).toMatchObject({
      status: "warning",
      found: expect.stringContaining("1.0 GiB allowed"),
    });
  });

  it.each([
    [128, "problem"],
    [1_024, "warning"],
    [1_048_576, "ok"],
    [Number.POSITIVE_INFINITY, "ok"],
  ])("%d open files: %s", (hard, status) => {
    expect(judgeOpenFiles(hard, 2).status).toBe(status);
  });

  it("a port that the system may give away is told of, unless it is reserved", () => {
    expect(judgeLocalPorts("32768\t60999", "", [8_080, 40_000])).toMatchObject([
      { status: "warning", found: expect.stringMatching(/^40000 /) },
    ]);
    expect(judgeLocalPorts("32768 60999", "1,39000-41000", [40_000])).toMatchObject([{ status: "ok" }]);
  });

  it("short queues for connections are told of", () => {
    expect(judgeBacklog(128, 128)).toMatchObject([{ status: "warning" }, { status: "warning" }]);
    expect(judgeBacklog(4_096, undefined)).toEqual([{ status: "ok", found: "somaxconn 4,096" }]);
    expect(judgeBacklog(undefined, undefined)).toEqual([]);
  });

  it("a firewall that can hardly follow more connections is told of", () => {
    expect([judgeConntrack(10, 262_144), judgeConntrack(230_000, 262_144), judgeConntrack(1, 8_192)]).toMatchObject([
      { status: "ok" },
      { status: "warning" },
      { status: "warning" },
    ]);
  });

  it("a folder whose path leaves no room for sockets is a problem, as is one that is not there", () => {
    expect(judgeFolder(`/tmp/${"x".repeat(80)}`, 107)).toMatchObject({
      status: "problem",
      found: expect.stringContaining("may have 107"),
    });
    expect(judgeFolder("/none", 107).status).toBe("problem");
  });

  it("clocks may differ by what the way takes, and a second", () => {
    const theirs = ["1000", "500000"];
    expect(judgeClock("redis", theirs, 1_000_400, 1_000_600)).toEqual({
      status: "ok",
      found: "0 ms behind that of redis",
    });
    expect(judgeClock("redis", theirs, 1_002_000, 1_002_100)).toMatchObject({
      status: "warning",
      found: "1550 ms ahead of that of redis",
    });
    expect(judgeClock("redis", theirs, 999_500, 1_004_500).status).toBe("ok");
    expect(judgeClock("redis", "nonsense", 0, 1).status).toBe("warning");
  });

  it("Redis is told what it must not do with what is kept there", () => {
    const info = parseInfo("# Memory\r\nmaxmemory_policy:allkeys-lru\r\naof_enabled:0\r\nrole:slave\r\n");
    expect(judgeInfo("redis", info).map(({ status }) => status)).toEqual(["warning", "warning", "problem"]);
    const replica = parseInfo("aof_enabled:1\nrole:slave\ncluster_enabled:1");
    expect(judgeInfo("a node of a Cluster", replica)).toEqual([]);
    expect(judgeInfo("redis", parseInfo("maxmemory_policy:noeviction\naof_enabled:1\nrole:master"))).toEqual([]);
  });
});

describe("what is between clients and the server", () => {
  const good = {
    status: 101,
    accepted: true,
    protocol: "fugitive.v1.msgpack",
    extensions: undefined,
    server: undefined,
    location: undefined,
  };

  it("lets the upgrade through", () => {
    expect(judgeHandshake(good)).toEqual([{ status: "ok", found: "the upgrade comes through" }]);
  });

  it.each([
    [{ ...good, accepted: false }, "not in answer"],
    [{ ...good, protocol: undefined }, "subprotocol"],
    [{ ...good, status: 200, server: "nginx" }, "HTTP 200, says nginx"],
    [{ ...good, status: 301, location: "https://other.example/" }, "HTTP 301"],
    [{ ...good, status: 418 }, "HTTP 418"],
  ])("or does not: %j", (handshake, found) => {
    expect(judgeHandshake(handshake).at(-1)).toMatchObject({
      status: "problem",
      found: expect.stringContaining(found),
    });
  });

  it("clients that follow nowhere are given the address that they are sent to", () => {
    const [finding] = judgeHandshake({ ...good, status: 301, location: "https://other.example/x?token=y" });
    expect(finding?.remedy).toBe(
      "clients do not follow to https://other.example: give them that address, as wss://other.example",
    );
  });

  it("closes what is idle, or lets it be", () => {
    expect(judgeIdle({ code: 1006, text: "connection lost" }, 10, 90, 25)).toMatchObject({
      status: "problem",
      remedy: expect.stringContaining("proxy_read_timeout"),
    });
    expect(judgeIdle({ code: 1012, text: "restart" }, 10, 90, 25).status).toBe("warning");
    expect(judgeIdle(undefined, 90, 90, 25)).toEqual({ status: "ok", found: "an idle connection was there for 90 s" });
    expect(judgeIdle(undefined, 10, 10, 25).found).toContain("no more than a heartbeat");
  });

  it("has to be trusted, where TLS ends there", () => {
    const config = { cert: "", trustedProxies: [], proxyProtocol: "off" };
    expect(judgeForwarding("wss://example.com", config)).toMatchObject([{ status: "warning" }]);
    for (const other of [{ cert: "a.pem" }, { trustedProxies: ["10.0.0.1"] }, { proxyProtocol: "on" }]) {
      expect(judgeForwarding("wss://example.com", { ...config, ...other })).toEqual([]);
    }
    expect(judgeForwarding("ws://example.com", config)).toEqual([]);
  });
});
