import { type IncomingHttpHeaders, request } from "node:http";
import { createConnection } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type ControlApiOptions, startControlApi } from "./control-api.ts";
import { findPort } from "./free-port.ts";

const HOST = "127.0.0.1";
const releases: (() => void)[] = [];

afterEach(() => {
  vi.useRealTimers();
  for (const release of releases.splice(0)) release();
});

type Worker = ControlApiOptions["primary"]["workers"][number];

const WELL: Worker = {
  number: 1,
  pid: 4711,
  bornAt: 0,
  state: "serving",
  status: async () => ({ connections: 3, memory: 1_000 }),
};
const SILENT: Worker = { number: 2, pid: 4712, bornAt: 0, state: "serving", status: async () => undefined };

const IDLE: ControlApiOptions["primary"] = {
  ready: true,
  port: 0,
  workers: [],
  rollout: { running: false, queued: false, failure: undefined },
  reload: () => "started",
  scale: (workers) => ({ before: 1, workers, starting: [], draining: [] }),
};

async function start(given: Partial<ControlApiOptions["primary"]> = {}, host = HOST): Promise<number> {
  const primary = { ...IDLE, port: 8080, workers: [WELL], ...given };
  const { port } = await open({ host, port: 0, primary });
  return port;
}

/** Opens a control port for one test. */
async function open(options: Pick<ControlApiOptions, "host" | "port" | "primary">, warn = vi.fn()) {
  const { port, server } = await startControlApi({ node: "here", version: "1.2.3", log: { warn }, ...options });
  releases.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port, server };
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

/** `fetch` would not let us forge the headers of a browser. */
function ask(port: number, path: string, options: { method?: string; headers?: Record<string, string> } = {}) {
  return new Promise<Answer>((resolve, reject) => {
    const asked = request({ host: HOST, port, path, agent: false, ...options }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode, headers: response.headers, body: JSON.parse(text) }),
      );
    });
    asked.on("error", reject).end();
  });
}

describe("the control port", () => {
  it("says that the primary is alive, whatever else", async () => {
    const port = await start({ ready: false });
    expect(await ask(port, "/healthz")).toMatchObject({ status: 200, body: { ok: true } });
  });

  it("says whether clients are welcome", async () => {
    expect(await ask(await start(), "/readyz")).toMatchObject({ status: 200, body: { ok: true } });
    expect(await ask(await start({ ready: false }), "/readyz")).toMatchObject({ status: 503, body: { ok: false } });
  });

  it("tells of all workers, of a silent one as well", async () => {
    const { status, body } = await ask(await start({ workers: [WELL, SILENT] }), "/status?pretty");
    expect(status).toBe(200);
    expect(body).toEqual({
      node: "here",
      version: "1.2.3",
      pid: process.pid,
      uptime: expect.any(Number),
      port: 8080,
      workers: [
        { worker: 1, pid: 4711, state: "serving", uptime: expect.any(Number), connections: 3, memory: 1_000 },
        { worker: 2, pid: 4712, state: "serving", uptime: expect.any(Number), silent: true },
      ],
      rollout: { running: false, queued: false },
    });
  });

  it.each(["started", "queued"] as const)("begins a rolling restart and says so: %s", async (reload) => {
    const port = await start({ reload: () => reload });
    expect(await ask(port, "/reload", { method: "POST" })).toMatchObject({ status: 202, body: { reload } });
  });

  it("scales, and says what is done about it", async () => {
    const asked: number[] = [];
    const scaling = { before: 2, workers: 3, starting: [3], draining: [] };
    const scale = (workers: number) => {
      asked.push(workers);
      return scaling;
    };
    const port = await start({ scale });
    for (const workers of ["3", "512", "1"]) {
      const answer = await ask(port, `/scale?workers=${workers}`, { method: "POST" });
      expect(answer).toMatchObject({ status: 200, body: scaling });
    }
    expect(asked).toEqual([3, 512, 1]);
  });

  it.each(["", "?workers=", "?workers=0", "?workers=513", "?workers=-1", "?workers=1.5", "?workers=2x", "?worker=2"])(
    "scales to nothing that makes no sense: %j",
    async (query) => {
      const port = await start({ scale: () => expect.unreachable() });
      expect(await ask(port, `/scale${query}`, { method: "POST" })).toMatchObject({
        status: 400,
        body: { error: "workers has to be a whole number from 1 to 512" },
      });
    },
  );

  it("changes nothing while all still starts, or ends", async () => {
    const port = await start({ reload: () => undefined, scale: () => undefined });
    for (const path of ["/reload", "/scale?workers=2"]) {
      expect(await ask(port, path, { method: "POST" })).toMatchObject({ status: 503 });
    }
  });

  it("answers in JSON that nobody keeps", async () => {
    const { headers } = await ask(await start(), "/healthz");
    expect(headers).toMatchObject({ "content-type": "application/json", "cache-control": "no-store" });
  });

  it("knows no other path, and changes something by POST only", async () => {
    const port = await start({ reload: () => expect.unreachable(), scale: () => expect.unreachable() });
    for (const path of ["/", "/status/1", "/toString"]) expect(await ask(port, path)).toMatchObject({ status: 404 });
    expect(await ask(port, "/status", { method: "POST" })).toMatchObject({ status: 405 });
    expect(await ask(port, "/reload")).toMatchObject({ status: 405, body: { error: "only POST is known here" } });
    expect(await ask(port, "/scale?workers=2")).toMatchObject({ status: 405 });
  });

  it("answers with 500, and tells nothing, where something goes wrong", async () => {
    const broken = { ...WELL, status: () => Promise.reject(new Error("hunter2")) };
    const { status, body } = await ask(await start({ workers: [broken] }), "/status");
    expect({ status, body }).toEqual({ status: 500, body: { error: "internal error" } });
  });

  it.each([
    ["a script of another site", { origin: "https://evil.example" }],
    ["a script of a local file", { origin: "null" }],
    ["an image of another site", { "sec-fetch-site": "cross-site" }],
    ["a page under a name that was made to lead here", { host: "evil.example:8081" }],
    ["a page under a name that looks like an address", { host: "127.0.0.1.evil.example" }],
  ])("is closed to %s", async (_, headers) => {
    const port = await start({ reload: () => expect.unreachable(), scale: () => expect.unreachable() });
    for (const path of ["/status", "/healthz", "/nothing"]) {
      expect(await ask(port, path, { headers })).toMatchObject({ status: 403 });
    }
    for (const path of ["/reload", "/scale?workers=1"]) {
      expect(await ask(port, path, { method: "POST", headers })).toMatchObject({ status: 403 });
    }
  });

  it.each(["localhost:8081", "localhost", "127.0.0.1:8081", "[::1]:8081"])("is open under %s", async (host) => {
    expect(await ask(await start(), "/healthz", { headers: { host } })).toMatchObject({ status: 200 });
  });

  it.each([
    ["open to who names no host, as a load balancer's check in HTTP/1.0", "", 200],
    ["closed to who names an empty one", "Host:\r\n", 403],
    ["closed to who names no host but the page it comes from", "Origin: https://evil.example\r\n", 403],
  ])("is %s", async (_, headers, status) => {
    const socket = createConnection(await start(), HOST);
    socket.write(`GET /healthz HTTP/1.0\r\n${headers}\r\n`);
    const answer = await text(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  });

  it("is open under any name where it is open to other machines", async () => {
    const port = await start({}, "0.0.0.0");
    expect(await ask(port, "/healthz", { headers: { host: "fugitive:8081" } })).toMatchObject({ status: 200 });
  });

  it("says which option to change where it is taken", async () => {
    const taken = await start();
    await expect(open({ host: HOST, port: taken, primary: IDLE })).rejects.toThrow(
      `${HOST}:${taken} is taken by another program: stop that, or choose another CONTROL_PORT`,
    );
  });

  it("opens the port that was asked for", async () => {
    const free = await findPort(HOST, 0);
    expect((await open({ host: HOST, port: free, primary: IDLE })).port).toBe(free);
  });

  it("logs that it cannot take a connection, every time, and goes on", async () => {
    const warn = vi.fn();
    const { port, server } = await open({ host: HOST, port: 0, primary: IDLE }, warn);
    const error = new Error("accept EMFILE");
    for (let count = 0; count < 2; count++) server.emit("error", error);
    expect(warn.mock.calls).toEqual(Array(2).fill([{ error }, "the control port could not take a connection"]));
    expect(await ask(port, "/healthz")).toMatchObject({ status: 200 });
  });
});
