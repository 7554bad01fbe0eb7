import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { historyPath, isKept, MOST_LINES, openHistory } from "./history-file.ts";

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fugitive-history-"));
  path = join(folder, "fugitive", "repl-history");
});

afterEach(() => rmSync(folder, { recursive: true }));

const open = () => openHistory(path, () => expect.unreachable());

describe("the history of lines", () => {
  it("has what was typed in earlier sessions, the newest first", () => {
    const first = open();
    first.add("ping");
    first.add("ping");
    open().add("status");
    expect(open().lines).toEqual(["status", "ping"]);
  });

  it("can be read by whose it is alone, also where it was not", () => {
    open().add("ping");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    chmodSync(path, 0o644);
    open();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("does not grow for ever", () => {
    open();
    writeFileSync(path, Array.from({ length: 3 * MOST_LINES }, (_, line) => `ping ${line}\n`).join(""));
    const { lines } = open();
    expect(lines).toHaveLength(MOST_LINES);
    expect(lines[0]).toBe(`ping ${3 * MOST_LINES - 1}`);
    expect(readFileSync(path, "utf8").split("\n")).toHaveLength(MOST_LINES + 1);
  });

  it("is done without where it cannot be had, and that is said once", () => {
    writeFileSync(join(folder, "fugitive"), "a file where the folder should be");
    const said: string[] = [];
    const history = openHistory(path, (text) => said.push(text));
    history.add("ping");
    expect(history.lines).toEqual([]);
    expect(said).toEqual([expect.stringContaining("lines are not kept: ")]);
  });

  it.each([
    'call login {"password":"x"}',
    'call login {"user":"ann","pass":"x"}',
    'call login {"db_pass":"x"}',
    'call login {"pwd":"x"}',
    'call auth {"accessToken":1}',
    "connect a ws://ann:word@host",
    'call verify "eyJhbGciOi.eyJzdWIi.c2ln"',
    " ping",
    "",
    "x".repeat(5_000),
  ])("does not keep %s", (line) => {
    expect(isKept(line)).toBe(false);
  });

  it.each(['call hello "Ann"', "connect a ws://host:1/path", "psub chat:*", "sub passengers", "call compass.get"])(
    "keeps %s",
    (line) => {
      expect(isKept(line)).toBe(true);
    },
  );

  it.each([
    [{ XDG_STATE_HOME: "/state", HOME: "/home/ann" }, "/state/fugitive/repl-history"],
    [{ XDG_STATE_HOME: "state", HOME: "/home/ann" }, "/home/ann/.local/state/fugitive/repl-history"],
    [{ HOME: "/home/ann" }, "/home/ann/.local/state/fugitive/repl-history"],
  ])("of %j is at %s", (env, expected) => {
    expect(historyPath(env)).toBe(expected);
  });
});
