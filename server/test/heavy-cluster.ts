import { readdirSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import { Kind } from "../../shared/message.ts";
import { type Cluster, type ComputeStatus, startCluster } from "./cluster.ts";
import { eventually } from "./patience.ts";
import type { RawClient } from "./raw-client.ts";

/** An application with a task for everything that may become of one, and a light procedure beside them. */
export const HEAVY_APP = `
  const task = (name, options) =>
    thread(new URL("./tasks.mjs", import.meta.url), { export: name, timeoutMs: 60_000, ...options });
  export const app = defineApp({
    procedures: {
      echo: (data) => data,
      quick: task("quick"),
      "quick.again": task("quick", { idempotent: true }),
      whereabouts: task("whereabouts"),
      "whereabouts.again": task("whereabouts", { idempotent: true }),
      spin: task("spin"),
      deaf: task("deaf"),
      "deaf.again": task("deaf", { idempotent: true }),
      flood: task("flood"),
      native: task("native"),
      idle: task("idle"),
      note: task("note"),
      notes: task("notes"),
      keys: task("keys"),
      fail: task("fail"),
      die: task("die"),
    },
    channels: { "*": {} },
  });`;

const TASKS = `
  import { pbkdf2Sync } from "node:crypto";
  import { readFileSync } from "node:fs";

  /** What happened on this thread. */
  const log = [];

  export const quick = (data) => data;

  /** Keeps its thread busy for so many milliseconds, and tells which it is, as the system knows it. */
  export function whereabouts(ms, context) {
    spin(ms, context);
    return { pid: process.pid, thread: Number.parseInt(readFileSync("/proc/thread-self/stat", "utf8")) };
  }

  /** A loop that never waits, but looks whether anybody waits for it. */
  export function spin(ms, { signal }) {
    const end = performance.now() + ms;
    while (performance.now() < end) signal.throwIfAborted();
    return ms;
  }

  /** One that does not even look, once it has said that it runs. */
  export function deaf(ms, { progress }) {
    progress("runs");
    const end = performance.now() + ms;
    while (performance.now() < end);
    return ms;
  }

  /** Never ends to say something, and stands still while nobody reads it. */
  export function flood(_, { progress }) {
    progress("runs");
    for (;;) progress("x".repeat(100_000));
  }

  /** Says that it runs, and spends minutes in native code, which nothing interrupts. */
  export function native(_, { progress }) {
    progress("runs");
    pbkdf2Sync("", "", 500_000_000, 64, "sha512");
  }

  /** Says that it runs, and does nothing more, for as long as anybody waits for it. */
  export function idle(name, { signal, progress }) {
    progress("runs");
    log.push(name + " began");
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        log.push(name + " was aborted");
        reject(signal.reason);
      });
    });
  }

  export function note(name) {
    log.push(name);
    return name;
  }

  export const notes = () => log;

  /** Which of the keys to the processes of the server it could read. */
  export const keys = () => Object.keys(process.env).filter((name) => name.startsWith("FUGITIVE_"));

  export function fail() {
    throw new Error("broken");
  }

  export function die() {
    process.exit(7);
  }`;

/** The files beside {@link HEAVY_APP}. */
export const HEAVY_FILES: Readonly<Record<string, string>> = { "tasks.mjs": TASKS };

/** Starts {@link HEAVY_APP} on one compute thread, if the environment does not say otherwise. */
export function startHeavy(env: Readonly<Record<string, string>> = {}): Promise<Cluster> {
  return startCluster({ app: HEAVY_APP, files: HEAVY_FILES, env: { COMPUTE_THREADS: "1", ...env } });
}

/** A client of each of two socket workers, that of the first one first. */
export async function clientPerWorker(cluster: Cluster): Promise<[RawClient, RawClient]> {
  const clients: RawClient[] = [];
  // they are dealt in turn, whoever's turn it is
  while (clients.filter(Boolean).length < 2) {
    const client = await cluster.connect();
    const [, { worker }] = (await client.ask([Kind.HELLO, {}])) as [number, { worker: number }];
    clients[worker - 1] = client;
  }
  return clients as [RawClient, RawClient];
}

/** Waits until this is what the compute host says of itself, among other things, and gives all of it. */
export async function hosting(
  cluster: Cluster,
  expected: { [Key in keyof ComputeStatus]?: unknown },
): Promise<ComputeStatus> {
  let status: ComputeStatus | undefined;
  await eventually(async () => {
    status = await cluster.compute();
    expect(status).toMatchObject(expected);
  });
  return status as ComputeStatus;
}

/** An hour, in milliseconds: for what does not end by itself. */
export const HOUR = 3_600_000;

/** Makes a call of a task that says when it runs, and waits until it does. */
export async function begin(client: RawClient, id: number, procedure: string, input?: unknown): Promise<void> {
  client.send([Kind.CALL, id, procedure, input]);
  expect(await client.next(10_000)).toEqual([Kind.CHUNK, id, "runs"]);
}

/** How a call ended. */
export type Answer = { readonly result: unknown } | { readonly error: unknown; readonly details?: unknown };

/** Makes a call, and waits for its end. */
export async function call(client: RawClient, id: number, procedure: string, input?: unknown): Promise<Answer> {
  client.send([Kind.CALL, id, procedure, input]);
  const [answer] = await answers(client, [id]);
  return answer as Answer;
}

/** Waits until each of these calls is answered, and gives the answers in the order of the calls. */
export async function answers(client: RawClient, ids: readonly number[], limitMs = 10_000): Promise<Answer[]> {
  const end = performance.now() + limitMs;
  const found = new Map<number, Answer>();
  while (ids.some((id) => !found.has(id))) {
    const message = await client.next(Math.max(1, end - performance.now()));
    const [kind, id, first, , details] = message as [number, number, unknown, unknown, unknown];
    if (kind === Kind.RESULT) found.set(id, { result: first });
    else if (kind === Kind.ERROR) found.set(id, { error: first, details });
  }
  return ids.map((id) => found.get(id) as Answer);
}

/** How nice each thread of a process is, by the system's numbers of them: more is less urgent. */
export function nicenessOf(pid: number): ReadonlyMap<number, number> {
  const threads = readdirSync(`/proc/${pid}/task`).map(Number);
  return new Map(threads.map((thread) => [thread, fieldOf(`/proc/${pid}/task/${thread}/stat`, 19)]));
}

/** A field of what the system tells of a process or thread, counted from 1 as in proc(5), and after the name. */
function fieldOf(path: string, number: number): number {
  const fields = readFileSync(path, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return Number(fields[number - 3]);
}
