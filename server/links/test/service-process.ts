import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { eventually } from "../../test/patience.ts";

/** A program that tests use, ended by its id. It stays in the group of who runs the tests, and ends with that. */
export class ServiceProcess {
  readonly #child: ChildProcess;
  #output = "";

  constructor(command: string, args: readonly string[], env: Record<string, string> = {}) {
    this.#child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    this.#child.on("error", (error) => {
      this.#output += error.message;
    });
    const keep = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk).slice(-5_000);
    };
    this.#child.stdout?.on("data", keep);
    this.#child.stderr?.on("data", keep);
  }

  /** Waits until somebody listens at a port of the loopback. */
  async listening(port: number): Promise<void> {
    await eventually(async () => {
      const socket = connect(port, "127.0.0.1");
      try {
        await once(socket, "connect");
      } catch {
        throw new Error(`nobody listens at port ${port}: ${this.#output}`);
      } finally {
        socket.destroy();
      }
    });
  }

  /** The end of what it has said. */
  get output(): string {
    return this.#output;
  }

  /** How it has ended; null as long as it runs, and where a signal has ended it. */
  get exitCode(): number | null {
    return this.#child.exitCode;
  }

  /** Resolves when it has ended, by whatever. */
  async ended(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends it at once, as a crash does. */
  async kill(): Promise<void> {
    if (this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.signal("SIGKILL");
    await gone;
  }
}
