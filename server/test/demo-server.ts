import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { LIMIT_MS } from "./patience.ts";
import { TRIED_TRANSPORT } from "./tried-transport.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface DemoServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts what `npm start` starts, on a free port of the loopback interface. The build is there before any test runs. */
export async function startDemoServer(workers: number): Promise<DemoServer> {
  const server = spawn(process.execPath, ["dist/cli/main.js"], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      HOST: "127.0.0.1",
      PORT: "0",
      CONTROL_PORT: "off",
      WORKERS: `${workers}`,
      LOG_FORMAT: "json",
      ...TRIED_TRANSPORT,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(server, "exit");

  async function stop(): Promise<void> {
    const timer = setTimeout(() => server.kill("SIGKILL"), LIMIT_MS);
    server.kill("SIGTERM");
    await exited;
    clearTimeout(timer);
  }

  const said: string[] = [];
  const timer = setTimeout(() => server.kill("SIGKILL"), LIMIT_MS);
  for await (const line of createInterface({ input: server.stdout })) {
    said.push(line);
    const url = addressIn(line);
    if (url === undefined) continue;
    clearTimeout(timer);
    // a pipe that nobody reads would block the server one day
    server.stdout.resume();
    return { url, stop };
  }
  clearTimeout(timer);
  await exited;
  throw new Error(`The server did not start:\n${said.join("\n")}`);
}

/** The public address, where the line is the one that tells it. */
function addressIn(line: string): string | undefined {
  if (!line.startsWith("{")) return undefined;
  const { msg, addresses } = JSON.parse(line) as { msg?: string; addresses?: { public: string[] } };
  return msg === "serving" ? addresses?.public[0] : undefined;
}
