import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LoadRequest, readLoadRequest } from "./read-plan.ts";
import { repeatCommand, withoutSecrets } from "./repeat.ts";
import { checkRoom, systemRoom } from "./room.ts";

let cwd: string;

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "fugitive-load-"));
  writeFileSync(join(cwd, "input.json"), '{"id":"{{i}}"}');
  writeFileSync(join(cwd, "wrong.json"), "{");
});

afterAll(() => rmSync(cwd, { recursive: true }));

function read(argv: readonly string[], env: Readonly<Record<string, string>> = {}): LoadRequest {
  const request = readLoadRequest(argv, env, cwd);
  if (request === "help") throw new Error("That is the help.");
  return request;
}

describe("the plan of a run", () => {
  it("is, where nothing is said, ten clients that call the server of this machine for ten seconds", () => {
    expect(read([]).plan).toMatchObject({
      ...{ url: "ws://localhost:8080/", query: "", token: "", clients: 10, durationS: 10, iterations: 0, rampS: 0 },
      ...{ rate: 0, delayMs: 0, depth: 1, attempts: 1, timeoutMs: 10_000, stepMs: 500 },
      actions: [{ kind: "call", name: "", share: 1 }],
    });
  });

  it.each([
    ["example.com:9000", "ws://example.com:9000/", ""],
    ["https://example.com/a?b=1", "wss://example.com/a", "b=1"],
  ])("takes %s for a URL", (text, url, query) => {
    expect(read([text]).plan).toMatchObject({ url, query });
  });

  it("connects to another path with another query, and a token of the environment", () => {
    const argv = ["ws://h/a?b=1", "--path", "/chat", "--query", "?room={{client}}"];
    expect(read(argv, { LOAD_TOKEN: "t-{{client}}" }).plan).toMatchObject({
      url: "ws://h/chat",
      query: "room={{client}}",
      token: "t-{{client}}",
    });
  });

  it("lets many clients connect over time, no more in a second than servers let in", () => {
    expect(read(["--clients", "1000"]).plan.rampS).toBe(2.5);
    expect(read(["--clients", "1000", "--ramp", "0"]).plan.rampS).toBe(0);
  });

  it("ends with its iterations, or its time, or whichever comes first", () => {
    expect(read(["--iterations", "5"]).plan).toMatchObject({ iterations: 5, durationS: 0 });
    expect(read(["--iterations", "5", "--duration", "2.5"]).plan).toMatchObject({ iterations: 5, durationS: 2.5 });
  });

  it("reads payloads as JSON, also of files", () => {
    const { actions } = read(["--procedure", "a", "--payload", "@input.json"]).plan;
    expect(actions).toEqual([{ kind: "call", name: "a", payload: { id: "{{i}}" }, share: 1 }]);
  });

  it("mixes in something heavy", () => {
    const names = ({ plan }: LoadRequest) => plan.actions.map(({ name, share }) => [name, share]);
    expect(names(read(["--procedure", "a", "--heavy=b:25%"]))).toEqual([
      ["a", 0.75],
      ["b", 0.25],
    ]);
    const { plan } = read(["--heavy"]);
    expect(plan.actions[1]).toMatchObject({ name: "heavy.hash", share: 0.1, payload: { iterations: 10_000 } });
  });

  it("publishes at a pace that subscribers survive, where none is said", () => {
    const { plan } = read(["--publish", "news", "--subscribe", "news"]);
    expect(plan).toMatchObject({ rate: 10, subscribe: "news", actions: [{ kind: "publish", payload: "{{sent}}" }] });
    const both = read(["--publish", "news", "--procedure", "a"]).plan;
    expect(both).toMatchObject({
      rate: 0,
      actions: [
        { name: "a", share: 0.5 },
        { name: "news", share: 0.5 },
      ],
    });
  });

  it.each([
    [["--payload", "{"], "--payload: expected JSON"],
    [["--payload", '"{{who}}"'], "{{who}} is unknown"],
    [["--payload", "@none.json"], "--payload: ENOENT"],
    [["--payload", "@wrong.json"], "--payload:"],
    [["--rate", "5", "--delay", "5"], "--rate and --delay"],
    [["--publish", "a", "--payload", "1"], "--publish-payload"],
    [["--heavy=a:100%"], "less than all"],
    [["--clients", "0"], "from 1 to"],
    [["--token", "x"], "LOAD_TOKEN"],
    [["--assert", "p98<5"], "p98 is not measured"],
    [["ftp://x"], "is no URL"],
    [["a", "b"], "one URL"],
  ])("refuses %j", (argv, words) => {
    expect(() => read(argv)).toThrow(words);
  });
});

describe("the command to repeat a run", () => {
  it("is quoted for a shell", () => {
    const argv = ["--payload", '"Ann"', "--procedure", "it's"];
    expect(repeatCommand(argv)).toBe(`fugitive load --payload '"Ann"' --procedure 'it'\\''s'`);
  });

  it.each([
    ["ws://user:word@host/", "ws://***@host/"],
    ["ws://user:w@rd@host/", "ws://***@host/"],
    ["ws://host/?jwt=abc", "ws://host/?jwt=***"],
    ["ws://host/?access_token=abc&room=1", "ws://host/?access_token=***&room=1"],
    ["--query=a=1&key=abc", "--query=a=1&key=***"],
    ["apikey=abc", "apikey=***"],
    ["--clients=5", "--clients=5"],
  ])("leaves the secret of %s out", (text, shown) => {
    expect(withoutSecrets(text)).toBe(shown);
  });
});

describe("room for clients", () => {
  it("is there for a few", () => {
    expect(() => checkRoom({ clients: 10, processes: 1 }, systemRoom())).not.toThrow();
  });

  it("is said how to make, where files or ports are too few", () => {
    const plan = { clients: 40_000, processes: 2 };
    expect(() => checkRoom(plan, { files: 1_024, ports: undefined })).toThrow("ulimit -n 20060, or --processes 42");
    expect(() => checkRoom(plan, { files: undefined, ports: 28_232 })).toThrow("ip_local_port_range");
  });
});
