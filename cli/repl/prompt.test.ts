import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { startTestServer, type TestServer } from "../../server/test/test-server.ts";
import { runCli } from "../cli.ts";
import { app } from "./test/app.ts";

const CTRL_C = "\u0003";
const CTRL_D = "\u0004";

let server: TestServer;
let home: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "fugitive-repl-"));
  server = await startTestServer(app);
});

afterAll(async () => {
  rmSync(home, { recursive: true });
  await server.stop();
});

/** Somebody at a terminal. */
function sitDown(env: Record<string, string> = { NO_COLOR: "1" }) {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  let screen = "";
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  stdout.on("data", (chunk: Buffer) => {
    screen += chunk.toString();
  });
  const nothing = () => Promise.reject(new Error("nothing is to be started"));
  const over = runCli(["repl", `ws://127.0.0.1:${server.port}`], {
    ...{
      env: { XDG_STATE_HOME: home, ...env },
      cwd: "/",
      stdin,
      stdout,
      stderr: stdout,
      start: nothing,
      startWorker: nothing,
    },
  });
  onTestFinished(async () => {
    stdin.write(`${CTRL_C}${CTRL_D}`);
    await over;
  });
  return {
    over,
    type: (text: string) => void stdin.write(text),
    screen: () => screen,
    /** Waits until that is on the screen, after what was seen before. */
    async sees(text: string | RegExp) {
      try {
        await vi.waitUntil(() => (typeof text === "string" ? screen.includes(text) : text.test(screen)), 5_000);
      } catch {
        // what is there instead
        expect(screen).toMatch(text);
      }
      screen = "";
    },
  };
}

describe("at a terminal", () => {
  it("results are shown while others run, and the line that is being typed stays", async () => {
    const { type, sees, screen } = sitDown();
    await sees("connected to worker 0");
    type("call never\rcall count 2\r");
    await sees(/#2 · 1[\s\S]*#2 · 2[\s\S]*#2 'all'/);
    type("sub other\r");
    await sees("subscribed to other");
    type("half a li");
    await sees("half a li");
    await server.server.publish("other", { n: 1 });
    await vi.waitUntil(() => screen().includes("> half a li"));
    // the publication takes the place of the line, which is then written again below
    expect(screen()).toContain("\u001b[0Jother { n: 1 }\n");
    type(`ne${CTRL_C}`);
    await sees("#1 cancelled");
  });

  it("Ctrl-C twice leaves, and Ctrl-D does", async () => {
    const first = sitDown();
    await first.sees("connected");
    first.type(CTRL_C);
    await first.sees("Ctrl-C again leaves");
    first.type(CTRL_C);
    expect(await first.over).toBe(0);
    const second = sitDown();
    await second.sees("connected");
    second.type(CTRL_D);
    expect(await second.over).toBe(0);
  });

  it("the tabulator completes commands, procedures, connections and channels", async () => {
    const { type, sees } = sitDown();
    await sees("connected");
    type("sub news:tab\r");
    await sees("subscribed");
    const completed = async (typed: string, expected: string) => {
      type(typed);
      // at once, it would be part of something that is pasted
      await sees(typed);
      type("\t");
      await sees(expected);
      type(CTRL_C);
      await sees("> ");
    };
    await completed("proc", "edures ");
    await completed("call math.", "add ");
    await completed("call @m", "ain ");
    await completed("call @main hel", "lo ");
    await completed("pub new", "s:tab ");
    await completed("unsub n", "ews:tab ");
    await completed("rand s", "end ");
  });

  it("lines are there again in the next session, but for those with a secret", async () => {
    const { type, sees, over } = sitDown();
    await sees("connected");
    type('call hello "Ann"\r');
    await sees("Hello, Ann!");
    type('call hello "my password"\r');
    await sees("Hello, my password!");
    type(CTRL_D);
    await over;
    expect(readFileSync(join(home, "fugitive", "repl-history"), "utf8")).not.toContain("password");
    const next = sitDown();
    await next.sees("connected");
    next.type("\u001b[A");
    await next.sees('call hello "Ann"');
  });

  it("colours are shown unless NO_COLOR is set, and nothing of a server's can do more than be read", async () => {
    const { type, sees, screen } = sitDown({});
    await sees("connected");
    type("call soldOut\r");
    await vi.waitUntil(() => screen().includes("went."));
    expect(screen()).toContain("\u001b[31mSOLD_OUT: The last seat\\u001b[31m went.");
  });
});
