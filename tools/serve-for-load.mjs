import { spawn } from "node:child_process";
import { once } from "node:events";
import { createConnection } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const START_MS = 60_000;
/** The server's own drain limit, and some more. */
const END_MS = 15_000;
const CONNECT_MS = 3_000;
const TOLD = ["warn", "error", "fatal"];

/** Whether anybody listens at the address of a URL. */
export async function isListening(url) {
  const { hostname, port, protocol } = new URL(url);
  const socket = createConnection({
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port) || (["wss:", "https:"].includes(protocol) ? 443 : 80),
  });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(CONNECT_MS) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/**
 * Serves on a free port of the loopback until it is stopped, or this process is gone. What the server warns of is told.
 *
 * @param app path of the application's module; undefined for the demo
 * @returns `url`, to connect to; `stop`, which resolves to whether it had served to its end
 */
export async function serveForLoad(app) {
  const args = [fileURLToPath(new URL("start.mjs", import.meta.url)), ...(app === undefined ? [] : [app])];
  const child = spawn(process.execPath, args, {
    // a group of its own: Ctrl-C is for the test, which ends it in its own time
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      ...{ PORT: "0", HOST: "127.0.0.1", CONTROL_PORT: "off", LOG_FORMAT: "json", LOG_LEVEL: "info" },
      // it then ends with its parent, whatever becomes of that
      npm_lifecycle_event: "load",
    },
  });
  const exited = once(child, "exit");
  const address = new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const record = parsed(line);
      if (record.msg === "serving") resolve(record.addresses.public[0]);
      if (record.msg === undefined || TOLD.includes(record.level)) process.stderr.write(`server: ${line}\n`);
    });
    exited.then(([code]) => reject(new Error(`The server ended with exit code ${code} before it served.`)), reject);
    sleep(START_MS, undefined, { ref: false }).then(() => reject(new Error("The server does not start.")), reject);
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    child.kill("SIGTERM");
    await Promise.race([exited, sleep(END_MS, undefined, { ref: false })]);
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, "SIGKILL");
    return true;
  };
  try {
    return { url: (await address).replace(/^http/, "ws"), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}
