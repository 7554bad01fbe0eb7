import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../server/test/test-server.ts";
import { app } from "./test/app.ts";
import { execute, runRepl } from "./test/run-repl.ts";

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer(app);
});

afterAll(() => server.stop());

const run = (...lines: string[]) => execute(server.port, lines);
const runAll = (...lines: string[]) => execute(server.port, lines, "--keep-going");

describe("a script", () => {
  it("reads lines of a pipe, and writes each result as a line of JSON", async () => {
    const lines = '# greetings\ncall hello "Ann"\n\n  call math.add {"x": 1, "y": 6}';
    expect(await runRepl([`ws://127.0.0.1:${server.port}`], lines)).toEqual({
      code: 0,
      out: ["Hello, Ann!", 7],
      err: "",
    });
  });

  it("finds lines however the pipe cuts them", async () => {
    const bytes = Buffer.from('call hello "Änn"\ncall hello "Bob"\n');
    const pieces = Readable.from([...bytes].map((byte) => Buffer.from([byte])));
    const { out } = await runRepl([`127.0.0.1:${server.port}`], pieces);
    expect(out).toEqual(["Hello, Änn!", "Hello, Bob!"]);
  });

  it("ends at the first line that fails, with exit code 1", async () => {
    const { code, out, err } = await run('call hello "Ann"', "call helo 1", 'call hello "Bob"');
    expect({ code, out }).toEqual({ code: 1, out: ["Hello, Ann!"] });
    expect(err).toBe('fugitive: NOT_FOUND: There is no procedure "helo".\n  → did you mean hello?\n');
  });

  it("goes on where it is told to, with exit code 1 all the same", async () => {
    expect(await runAll("nonsense", 'call hello "Bob"')).toMatchObject({ code: 1, out: ["Hello, Bob!"] });
  });

  it("ends at exit, well", async () => {
    expect(await run("exit", "nonsense")).toEqual({ code: 0, out: [], err: "" });
  });

  it("refuses a line that is longer than any message, before it is all there", async () => {
    let pieces = 0;
    const endless = Readable.from(
      (function* () {
        for (; ; pieces++) yield Buffer.alloc(65_536, "a");
      })(),
    );
    const { code, err } = await runRepl([`ws://127.0.0.1:${server.port}`], endless);
    expect({ code, err }).toEqual({ code: 1, err: "fugitive: a line has at most 1,048,576 characters\n" });
    expect(pieces).toBeLessThan(40);
  });

  it("fails at once where nobody answers, and says where", async () => {
    const { code, err } = await runRepl(["ws://user:word@127.0.0.1:1/?key=1", "-e", "ping"]);
    expect(code).toBe(1);
    expect(err).toContain("fugitive: there is no connection to ws://127.0.0.1:1?…: ");
    expect(err).not.toContain("word");
  });

  it("says all that is wrong with its flags", async () => {
    const { code, err } = await runRepl(["ftp://a", "b", "--token", "x", "--timeout-ms", "0"]);
    expect(code).toBe(1);
    expect(err.split("\n")).toEqual([
      "The configuration cannot be used:",
      "  --token is not a flag: a command line is no place for a secret; set FUGITIVE_TOKEN",
      expect.stringContaining("  --timeout-ms: expected a whole number"),
      "  repl begins with one URL, not 3",
      "  a server's address is like ws://localhost:8080 or wss://example.com",
      "",
    ]);
  });
});

describe("call", () => {
  it("shows each item of a stream, and what it returns", async () => {
    expect((await run("call count 3")).out).toEqual([1, 2, 3, "all"]);
  });

  it("writes null where there is no result, and nothing at the end of a stream that returns nothing", async () => {
    expect((await run("call whoami", "call none 2")).out).toEqual([null, 1, 2]);
  });

  it("writes what JSON has not as the protocol does", async () => {
    expect((await run("call bytes")).out).toEqual([
      { bytes: "AQI=", big: "1152921504606846976", date: "1970-01-01T00:00:00.000Z" },
    ]);
  });

  it("says what is wrong with an input, and what to do", async () => {
    const { err } = await run('call math.add {"x": "1", "y": 2}');
    expect(err).toContain("BAD_REQUEST");
    expect(err).toContain("  x: Invalid input: expected number, received string\n");
    expect(err).toContain("  → see what it takes by: procedures NAME");
  });

  it("shows an error of the application's own, and lets no control character through", async () => {
    expect((await run("call soldOut")).err).toBe("fugitive: SOLD_OUT: The last seat\\u001b[31m went.\n");
  });

  it("points at what is no JSON", async () => {
    expect((await run('call math.add {"x": 1, y: 2}')).err.split("\n").slice(0, 3)).toEqual([
      'fugitive: this is no JSON: expected a "key", found "y" at character 10',
      '  {"x": 1, y: 2}',
      "           ^",
    ]);
  });

  it("runs out of time where that is said", async () => {
    const { code, err } = await execute(server.port, ["call never"], "--timeout-ms", "500");
    expect(code).toBe(1);
    expect(err).toContain("TIMEOUT");
  });
});

describe("FUGITIVE_TOKEN", () => {
  it("says who one is, to the server of the command line and to no other", async () => {
    const env = { FUGITIVE_TOKEN: "the token" };
    const lines = `call whoami\nconnect other localhost:${server.port}\ncall whoami`;
    const { out, err } = await runRepl([`ws://127.0.0.1:${server.port}`], lines, env);
    expect({ out, err }).toEqual({ out: ["ann", null], err: "" });
  });

  it("that proves nothing is told of, and not shown", async () => {
    const env = { FUGITIVE_TOKEN: "a wrong one" };
    const { code, err } = await runRepl([`ws://127.0.0.1:${server.port}`], "call whoami", env);
    expect(code).toBe(1);
    expect(err).toContain("set FUGITIVE_TOKEN to a valid token");
    expect(err).not.toContain("a wrong one");
  });
});

describe("channels", () => {
  it("shows publications of channels and patterns, with what they came by", async () => {
    const { out } = await run("sub news:a", "psub news:*", 'pub news:a {"n":1}', "wait 0.05", "unsub", "pub news:a 2");
    const arrival = { connection: "main", channel: "news:a", data: { n: 1 }, offset: 1 };
    expect(out).toHaveLength(4);
    expect(out).toEqual(
      expect.arrayContaining([arrival, { ...arrival, pattern: "news:*" }, { offset: 1 }, { offset: 2 }]),
    );
  });

  it("shows what is kept, and who is there", async () => {
    const { out } = await run("pub news:b 1", "pub news:b 2", "history news:b 1", "sub news:b", "presence news:b");
    expect(out).toEqual([{ offset: 1 }, { offset: 2 }, { offset: 2, data: 2 }, { connection: expect.any(String) }]);
  });

  it("tells who comes and goes where that is asked for", async () => {
    const { out } = await run("sub news:c presence", "connect two", "sub news:c", "disconnect two", "wait 0.05");
    const change = { connection: "main", channel: "news:c", data: { connection: expect.any(String) } };
    expect(out).toEqual([
      { ...change, presence: "join" },
      { ...change, presence: "leave" },
    ]);
  });

  it("does not show a publication twice to who subscribes twice", async () => {
    const { out } = await run("sub other", "sub other", "pub other 1", "wait 0.05");
    expect(out.filter((line) => JSON.stringify(line).includes("data"))).toHaveLength(1);
  });

  it("fails where it may not subscribe", async () => {
    expect(await run("sub closed:a")).toMatchObject({ code: 1, err: expect.stringContaining("FORBIDDEN") });
  });

  it("says what a pattern is", async () => {
    expect((await run("psub news")).err).toBe(
      "fugitive: a pattern ends in *, as in psub news*; one channel: sub news\n",
    );
  });
});

describe("connections", () => {
  it("are named, used, and addressed by @name", async () => {
    const { out } = await runAll(
      ...["connect two", "use main", 'call @two hello "Ann"', "status"],
      ...["disconnect main", "disconnect", "ping"],
    );
    expect(out).toEqual([
      "Hello, Ann!",
      expect.objectContaining({ connection: "main", current: true, state: "open" }),
      expect.objectContaining({ connection: "two", current: false, state: "open" }),
    ]);
  });

  it.each([
    ["use tow", 'there is no connection "tow"; did you mean two?'],
    ["connect two", "there is a connection two already; disconnect two ends it"],
    ["connect 2", "a connection's name has up to 32 letters, digits, _ and -, a letter first"],
    ["connect three ftp://x", "a server's address is like ws://localhost:8080 or wss://example.com"],
    ["call", "PROC is missing: call PROC [JSON]"],
    ["ping now", '"now" is too much: ping'],
    ["history x 0", "expected a whole number from 1 to 1,000, found 0"],
    ["cal x", '"cal" is no command; did you mean call?; help shows all'],
  ])("%s is refused in words", async (line, text) => {
    expect((await run("connect two", line)).err).toBe(`fugitive: ${text}\n`);
  });

  it("tell what the server says of itself, but not the session's secret", async () => {
    const { out } = await run("session", "reconnect", "wait 0.05", "session");
    expect(out[0]).toMatchObject({ session: expect.any(String), worker: 0 });
    expect(out[1]).toEqual({ ...(out[0] as object), resumed: true });
    expect(JSON.stringify(out)).not.toContain("secret");
  });

  it("know the procedures there are, and call them with what they take", async () => {
    const { out } = await run("procedures math", "rand call math.add 20", "rand pub other 3", "rand send hello 2");
    expect(out).toMatchObject([
      { name: "math.add", input: { type: "object" } },
      { ok: 20, errors: {}, ms: { median: expect.any(Number) } },
      { ok: 3, errors: {} },
      { ok: 2, errors: {} },
    ]);
  });
});
