import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const START_MS = 60_000;
const LOOK_MS = 20;
const HOST = "127.0.0.1";

/**
 * Ends a process when the one that has started it is gone: that may be killed, and a broker does not notice. Looks at both
 * once a second, and ends with either.
 */
const WATCH = 'while kill -0 "$1" && kill -0 "$2"; do sleep 1; done; kill -9 "$2"';

/** Has a process end with this one, whatever becomes of either: it may be held up at that time. */
export function endWithThis(child) {
  const watching = ["-c", WATCH, "watch", `${process.pid}`, `${child.pid}`];
  spawn("/bin/sh", watching, { stdio: "ignore", detached: true }).unref();
}

/** A program on loopback, which can be killed and started again with what it had. */
export class Service {
  #start;
  #child;
  #port;
  #output = "";

  /** @param start `{ command, args, env }` */
  constructor(port, start) {
    this.#port = port;
    this.#start = start;
    process.on("exit", () => this.#child?.kill("SIGKILL"));
  }

  get pid() {
    return this.#child?.pid ?? 0;
  }

  /** Resolves when somebody listens. */
  async start() {
    const { command, args, env } = this.#start;
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
      detached: true,
    });
    this.#child = child;
    const keep = (chunk) => {
      this.#output = (this.#output + chunk).slice(-5_000);
    };
    child.on("error", (error) => keep(error.message));
    for (const stream of [child.stdout, child.stderr]) stream.on("data", keep);
    endWithThis(child);
    for (const end = performance.now() + START_MS; !(await isOpen(this.#port)); await sleep(LOOK_MS)) {
      if (child.exitCode !== null || performance.now() > end) {
        throw new Error(`${command} does not listen at port ${this.#port}: ${this.#output}`);
      }
    }
  }

  /** As a crash does. */
  async kill() {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }
}

async function isOpen(port) {
  const socket = connect(port, HOST);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
