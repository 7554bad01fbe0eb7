import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { defineApp, type ThreadOptions, thread } from "../index.ts";
import { freePort } from "../links/test/free-port.ts";
import { serve, until } from "../test/test-server.ts";
import { taskOf } from "./test/compute-app.ts";

const fileTask = (file: string, options?: ThreadOptions) => thread(new URL(`test/${file}`, import.meta.url), options);

function start(procedures: Record<string, ReturnType<typeof fileTask>>, port = 0) {
  return serve(defineApp({ procedures }), { computeThreads: 1, port });
}

describe("a task", () => {
  it("is its file's default export, or else its only function, or else the export that is named", async () => {
    const run = await start({
      standard: fileTask("default-task.mjs"),
      only: fileTask("only-task.mjs"),
      helper: fileTask("default-task.mjs", { export: "helper" }),
      named: fileTask("only-task.mjs", { export: "only" }),
      byName: fileTask("default-task.mjs", { export: "default" }),
    });
    const client = await run.connect();
    expect(await client.ask([2, 1, "standard", "a"])).toEqual([3, 1, "default a"]);
    expect(await client.ask([2, 2, "only", "b"])).toEqual([3, 2, "only b"]);
    expect(await client.ask([2, 3, "helper", "c"])).toEqual([3, 3, "the helper"]);
    expect(await client.ask([2, 4, "named", "d"])).toEqual([3, 4, "only d"]);
    expect(await client.ask([2, 5, "byName", "e"])).toEqual([3, 5, "default e"]);
  });

  it("may be that of two procedures, each with its own options", async () => {
    const run = await start({ one: taskOf("echo"), two: taskOf("echo", { use: [() => "never runs"] }) });
    const client = await run.connect();
    expect(await client.ask([2, 1, "one", 1])).toEqual([3, 1, 1]);
    expect(await client.ask([2, 2, "two", 2])).toEqual([3, 2, "never runs"]);
  });

  it("that is one value under two names is loaded once", async () => {
    const shared = taskOf("echo");
    const client = await (await start({ one: shared, two: shared })).connect();
    expect(await client.ask([2, 1, "one", 1])).toEqual([3, 1, 1]);
    expect(await client.ask([2, 2, "two", 2])).toEqual([3, 2, 2]);
  });

  it("may come from a plugin", async () => {
    const plugin = {
      name: "with a task",
      setup: ({ procedure }: { procedure(name: string, task: unknown): void }) => procedure("echo", taskOf("echo")),
    };
    const run = await serve(defineApp({ plugins: [plugin as never] }), { computeThreads: 1 });
    expect(await (await run.connect()).ask([2, 1, "echo", 5])).toEqual([3, 1, 5]);
  });
});

describe("a server does not start", () => {
  it("where a task's file is missing, and names procedure and file", async () => {
    const started = start({ "heavy.lost": fileTask("lost.mjs") });
    await expect(started).rejects.toThrow(/"heavy\.lost".* no .*lost\.mjs/);
  });

  it.each([
    ["has no export of that name", "only-task.mjs", { export: "missing" }, /"missing"/],
    ["exports under that name what is no function", "only-task.mjs", { export: "LIMIT" }, /"LIMIT"/],
    ["exports several functions, and none of them is named", "tasks.mjs", {}, /function/],
    ["inherits that name only", "only-task.mjs", { export: "toString" }, /"toString"/],
  ])("where a task's file %s, and names procedure and file", async (_, file, options, text) => {
    const error: Error = await start({ "heavy.odd": fileTask(file, options) }).then(
      () => expect.unreachable(),
      (reason) => reason,
    );
    expect(error.message).toMatch(text);
    expect(error.message).toContain(file);
    expect(error.message).toContain("heavy.odd");
  });

  it.each([
    ["throws", "throwing-file.mjs", "no database"],
    ["is no JavaScript", "syntax-error-file.mjs", "missing"],
    ["ends its thread", "exiting-file.mjs", "exit code 3"],
  ])("where a task's file %s, and names procedure and file", async (_, file, text) => {
    const error: Error = await start({ "heavy.odd": fileTask(file, { export: "task" }) }).then(
      () => expect.unreachable(),
      (reason) => reason,
    );
    expect(error.message).toContain(text);
    expect(error.message).toContain(file);
    expect(error.message).toContain("heavy.odd");
    expect(error.name).toBe("StartError");
  });

  it("and then nothing listens any more", async () => {
    const port = await freePort();
    await expect(start({ odd: fileTask("throwing-file.mjs") }, port)).rejects.toThrow();
    const socket = connect(port, "127.0.0.1");
    const [error] = await once(socket, "error");
    expect(error).toMatchObject({ code: "ECONNREFUSED" });
  });
});

describe("a task's file that cannot be loaded any more", () => {
  it("fails its calls, and no others for longer than that", async () => {
    const broken = join(tmpdir(), `fugitive-test-${process.pid}-broken`);
    onTestFinished(() => rmSync(broken, { force: true }));
    const run = await start({ fragile: fileTask("fragile-task.mjs") });
    const client = await run.connect();
    const INTERNAL = (id: number) => [4, id, "INTERNAL", expect.any(String)];
    expect(await client.ask([2, 1, "fragile"])).toEqual([3, 1, expect.any(Number)]);
    writeFileSync(broken, "");
    for (let id = 2; id < 5; id++) expect(await client.ask([2, id, "fragile", true])).toEqual(INTERNAL(id));
    rmSync(broken);
    // a thread that was about to end when the file was still there may take one with it
    await until(async () => ((await client.ask([2, 9, "fragile"])) as [number])[0] === 3);
    expect(run.records.filter(({ message }) => message.includes("compute thread ended")).length).toBeLessThan(20);
  });
});
