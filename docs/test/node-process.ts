import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
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

/** Starts Node.js in the project's folder, for one test; `said` gives all of its output once that matches. */
export function node(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...env } });
  onTestFinished(() => end(child));
  let output = "";
  const said = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = (chunk = "") => {
        output += chunk;
        if (pattern.test(output)) resolve(output);
      };
      child.stdout.setEncoding("utf8").on("data", look);
      child.stderr.setEncoding("utf8").on("data", look);
      child.once("close", (code) => reject(new Error(`It ended with exit code ${code}:\n${output}`)));
    });
  return { said };
}

/** Serves an example of the documentation as the README says, but on a free port. @returns what its client says of itself */
export async function runExample(
  name: string,
  env: Record<string, string> = {},
): Promise<{ said(pattern: RegExp): Promise<string> }> {
  const server = node(["tools/start.mjs", `dist/examples/${name}/app.js`], {
    PORT: "0",
    HOST: "127.0.0.1",
    WORKERS: "1",
    CONTROL_PORT: "off",
    ...env,
  });
  const [, port] = /"public":\["http:\/\/127\.0\.0\.1:(\d+)"/.exec(await server.said(/"msg":"serving"/)) ?? [];
  // the same text on another port: the one it names may be in use
  const client = read(`dist/examples/${name}/client.js`).replace("localhost:8080", `127.0.0.1:${port}`);
  const file = `${ROOT}dist/examples/${name}/client-${port}.js`;
  writeFileSync(file, client);
  onTestFinished(() => rmSync(file, { force: true }));
  return node([file]);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill();
  await gone;
}
