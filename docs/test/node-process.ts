import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** The project's folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A file's text, by its path in the project. */
export function read(path: string): string {
  return readFileSync(`${ROOT}${path}`, "utf8");
}

/** The optional fields of an interface, in their order. */
export function optionsOf(file: string, name: string): string[] {
  const [, body = ""] = new RegExp(`export interface ${name}[^{]*\\{(.*?)\\n\\}`, "s").exec(read(file)) ?? [];
  return [...body.matchAll(/^ {2}readonly (\w+)\?/gm)].map(([, option = ""]) => option);
}

/** Is given what is to be done in the end. */
export type AtEnd = (end: () => void | Promise<void>) => unknown;

/**
 * Starts Node.js in the project's folder, for one test where nothing else is said. `said` gives all of its output once
 * that matches; `saidLines` once it has ended, or has so many lines and gets no more of them for a while.
 */
export function node(args: readonly string[], env: Record<string, string> = {}, atEnd: AtEnd = onTestFinished) {
  const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...env } });
  atEnd(() => end(child));
  let output = "";
  let look = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => {
      output += chunk;
      look();
    });
  }
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  const said = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      look = () => pattern.test(output) && resolve(output);
      look();
      void closed.then((code) => reject(new Error(`It ended with exit code ${code}:\n${output}`)));
    });
  const saidLines = async (lines: number, moreMs: number) => {
    const enough = new Promise<void>((resolve) => {
      look = () => output.split("\n").length > lines && resolve();
      look();
    });
    await Promise.race([closed, enough.then(() => Promise.race([closed, sleep(moreMs)]))]);
    return output;
  };
  return { said, saidLines };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill();
  await gone;
}
