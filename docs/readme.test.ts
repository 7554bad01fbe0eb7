import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const README = read("README.md");
const children: ChildProcess[] = [];

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
}

/** Starts Node.js in the project's folder; `said` gives all of its output once that matches. */
function node(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...env } });
  children.push(child);
  let output = "";
  const said = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = (chunk = "") => {
        output += chunk;
        if (pattern.test(output)) resolve(output);
      };
      child.stdout.setEncoding("utf8").on("data", look);
      child.stderr.setEncoding("utf8").on("data", look);
      child.once("exit", (code) => reject(new Error(`It ended with exit code ${code}:\n${output}`)));
    });
  return { said };
}

afterEach(async () => {
  for (const child of children.splice(0).reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, "exit");
    child.kill();
    await gone;
  }
});

describe("README.md", () => {
  const commands = [...README.matchAll(/```sh\n(.*?)\n```/gs)].map(([, command]) => command);

  it("begins with the command that serves, and then the one that tests", () => {
    expect(commands.slice(0, 2)).toEqual(["npm ci && npm start", "npm test"]);
  });

  it.each(["app.ts", "client.ts"])("shows docs/examples/01-hello/%s as it is", (file) => {
    expect(README).toContain(`\`\`\`ts\n${read(`docs/examples/01-hello/${file}`)}\`\`\``);
  });

  it("links to files that exist", () => {
    const links = [...README.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => `${ROOT}${link}`);
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });

  it("has an example that runs", async () => {
    const server = node(["tools/start.mjs", "dist/examples/01-hello/app.js"], {
      PORT: "0",
      HOST: "127.0.0.1",
      WORKERS: "1",
      CONTROL_PORT: "off",
    });
    const [, port] = /"public":\["http:\/\/127\.0\.0\.1:(\d+)"/.exec(await server.said(/"msg":"serving"/)) ?? [];
    // the same text on another port: the one it names may be in use
    const client = read("dist/examples/01-hello/client.js").replace("localhost:8080", `127.0.0.1:${port}`);
    const { said } = node(["--input-type=module", "--eval", client]);
    expect(await said(/\n/)).toBe("the other side: Hello, Ann! 7\n");
  });
});
