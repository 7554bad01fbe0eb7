import { afterEach, describe, expect, it, vi } from "vitest";
import { freePort } from "../links/test/free-port.ts";
import { ask, HOST, IDLE, openControl, startControl, WELL, type Worker } from "../test/control-port.ts";

afterEach(() => {
  vi.useRealTimers();
});

const SILENT: Worker = { number: 2, member: 2, pid: 4712, bornAt: 0, state: "serving", status: async () => undefined };

describe("the control port", () => {
  it("says that the primary is alive, whatever else", async () => {
    const port = await startControl({ ready: false });
    expect(await ask(port, "/healthz")).toMatchObject({ status: 200, body: { ok: true } });
  });

  it("says whether clients are welcome", async () => {
    expect(await ask(await startControl(), "/readyz")).toMatchObject({ status: 200, body: { ok: true } });
    expect(await ask(await startControl({ ready: false }), "/readyz")).toMatchObject({
      status: 503,
      body: { ok: false },
    });
  });

  it("tells of all workers, of a silent one as well", async () => {
    const { status, body } = await ask(await startControl({ workers: [WELL, SILENT] }), "/workers");
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
    const port = await startControl({ reload: () => reload });
    expect(await ask(port, "/reload", { method: "POST" })).toMatchObject({ status: 202, body: { reload } });
  });

  it("scales, and says what is done about it", async () => {
    const asked: number[] = [];
    const scaling = { before: 2, workers: 3, starting: [3], draining: [] };
    const scale = (workers: number) => {
      asked.push(workers);
      return scaling;
    };
    const port = await startControl({ scale });
    for (const workers of ["3", "512", "1"]) {
      const answer = await ask(port, `/scale?workers=${workers}`, { method: "POST" });
      expect(answer).toMatchObject({ status: 200, body: scaling });
    }
    expect(asked).toEqual([3, 512, 1]);
  });

  it.each(["", "?workers=", "?workers=0", "?workers=513", "?workers=-1", "?workers=1.5", "?workers=2x", "?worker=2"])(
    "scales to nothing that makes no sense: %j",
    async (query) => {
      const port = await startControl({ scale: () => expect.unreachable() });
      expect(await ask(port, `/scale${query}`, { method: "POST" })).toMatchObject({
        status: 400,
        body: { error: expect.stringContaining("workers: ") },
      });
    },
  );

  it("ends sessions of a user, or one, and says how many", async () => {
    const asked: [string, string, number][] = [];
    const ending = (what: string) => async (name: string, code: number) => asked.push([what, name, code]);
    const port = await startControl({ users: { revokeUser: ending("user"), revokeSession: ending("session") } });
    const revoke = (query: string) => ask(port, `/revoke${query}`, { method: "POST" });
    expect(await revoke("?user=ann%20b%2Bc")).toMatchObject({ status: 200, body: { ended: 1 } });
    expect(await revoke("?session=abc&ban")).toMatchObject({ status: 200, body: { ended: 2 } });
    for (const query of ["", "?user=", "?session=", `?user=${"x".repeat(256)}`, "?user=a&session=b", "?users=a"]) {
      expect(await revoke(query)).toMatchObject({
        status: 400,
        body: { error: expect.stringMatching(/user|session/) },
      });
    }
    expect(asked).toEqual([
      ["user", "ann b+c", 4401],
      ["session", "abc", 4403],
    ]);
  });

  it("changes nothing while all still starts, or ends", async () => {
    const port = await startControl({ reload: () => undefined, scale: () => undefined });
    for (const path of ["/reload", "/scale?workers=2"]) {
      expect(await ask(port, path, { method: "POST" })).toMatchObject({ status: 503 });
    }
  });

  it("answers in JSON that nobody keeps", async () => {
    const { headers } = await ask(await startControl(), "/healthz");
    expect(headers).toMatchObject({ "content-type": "application/json", "cache-control": "no-store" });
  });

  it("knows no other path, and changes something by POST only", async () => {
    const port = await startControl({ reload: () => expect.unreachable(), scale: () => expect.unreachable() });
    for (const path of ["/", "/status/1", "/toString"]) expect(await ask(port, path)).toMatchObject({ status: 404 });
    expect(await ask(port, "/status", { method: "POST" })).toMatchObject({ status: 405 });
    expect(await ask(port, "/reload")).toMatchObject({ status: 405, body: { error: "only POST is known here" } });
    expect(await ask(port, "/scale?workers=2")).toMatchObject({ status: 405 });
  });

  it("answers with 500, and tells nothing, where something goes wrong", async () => {
    const broken = { ...WELL, status: () => Promise.reject(new Error("hunter2")) };
    const { status, body } = await ask(await startControl({ workers: [broken] }), "/workers");
    expect({ status, body }).toEqual({ status: 500, body: { error: "internal error" } });
  });

  it("says which option to change where it is taken", async () => {
    const taken = await startControl();
    await expect(openControl({ host: HOST, port: taken, primary: IDLE })).rejects.toThrow(
      `${HOST}:${taken} is taken by another program: stop that, or choose another CONTROL_PORT`,
    );
  });

  it("opens the port that was asked for", async () => {
    const free = await freePort();
    expect((await openControl({ host: HOST, port: free, primary: IDLE })).port).toBe(free);
  });

  it("logs that it cannot take a connection, every time, and goes on", async () => {
    const warn = vi.fn();
    const { port, server } = await openControl({ host: HOST, port: 0, primary: IDLE }, warn);
    const error = new Error("accept EMFILE");
    for (let count = 0; count < 2; count++) server.emit("error", error);
    expect(warn.mock.calls).toEqual(Array(2).fill([{ error }, "the control port could not take a connection"]));
    expect(await ask(port, "/healthz")).toMatchObject({ status: 200 });
  });
});
