import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Kind } from "../../shared/message.ts";
import { type Cluster, startCluster } from "./cluster.ts";

/** Notes each run before anything else, so that one that is cut off is noted too; then takes 50 to 300 ms. */
const APP = `
  import { appendFileSync } from "node:fs";
  export const app = defineApp({
    procedures: {
      async count(id) {
        appendFileSync(process.env.RUNS_FILE, id + "\\n");
        await new Promise((resolve) => setTimeout(resolve, 50 + 250 * Math.random()));
        return id;
      },
    },
    channels: { news: {} },
    files: { "/": new URL("./page.html", import.meta.url) },
  });`;
const PAGE = '<!doctype html><link rel="icon" href="data:,"><title>calls</title><script src="/client.js"></script>';

/** A cluster of two workers with a page, whose procedure `count` notes what it is given; it may be started again. */
export class CountedCluster {
  readonly #env: Readonly<Record<string, string>>;
  readonly #runsFile: string;
  #cluster: Cluster | undefined;
  #port: number | undefined;

  constructor(env: Readonly<Record<string, string>> = {}) {
    const folder = mkdtempSync(join(tmpdir(), "fugitive-runs-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    this.#runsFile = join(folder, "runs");
    this.#env = { ...env, RUNS_FILE: this.#runsFile };
  }

  /** The one that runs, or ran last. */
  get cluster(): Cluster {
    if (this.#cluster === undefined) throw new Error("Nothing was started.");
    return this.#cluster;
  }

  get port(): number {
    return this.#port ?? 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** What was run, an entry for each time. */
  get runs(): string[] {
    return readFileSync(this.#runsFile, "utf8").split("\n").slice(0, -1);
  }

  /** Starts it, at the port that it had before. */
  async start(): Promise<void> {
    const env = { ...this.#env, PORT: `${this.port}` };
    this.#cluster = await startCluster({ env, app: APP, files: { "page.html": PAGE } });
    this.#port = this.#cluster.port;
  }

  /** Ends it and waits until all of its processes are gone. @param signal SIGTERM to the primary, SIGKILL to each */
  async stop(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (signal === "SIGTERM") this.cluster.kill(signal);
    else this.cluster.killGroup(signal);
    await this.cluster.exited;
  }

  /** @param worker the number of a socket worker */
  async pidOf(worker: number): Promise<number> {
    const status = (await this.cluster.status()).find((one) => one.worker === worker);
    if (status === undefined) throw new Error(`There is no worker ${worker}.`);
    return status.pid;
  }

  async publish(news: string): Promise<void> {
    const client = await this.cluster.connect();
    await client.ask([Kind.PUBLISH, 1, "news", news]);
    client.destroy();
  }
}
