import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const FILE = fileURLToPath(new URL("bystander.mjs", import.meta.url));

/** Clients that have no part in anything, in a process of their own: this one may be too busy to measure. */
export class Bystanders {
  #process;

  /** @param count how many: some for each socket worker */
  static async start(port, count) {
    const bystanders = new Bystanders();
    bystanders.#process = fork(FILE, [String(port), String(count)]);
    await once(bystanders.#process, "message");
    return bystanders;
  }

  /** How their calls went since they were asked last: latencies in milliseconds. */
  async look() {
    const answer = once(this.#process, "message");
    this.#process.send("look");
    return (await answer)[0];
  }

  end() {
    this.#process.kill();
  }
}
