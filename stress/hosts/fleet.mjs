import { setTimeout as sleep } from "node:timers/promises";
import { createJobQueue } from "../../dist/server/queues/create-job-queue.js";
import { Cluster } from "../cluster.mjs";
import { signal } from "../processes.mjs";
import { startRabbit, startRedis } from "./brokers.mjs";
import { RemoteWorker } from "./remote-worker.mjs";
import { GROUP } from "./rules.mjs";

const NODES = ["one", "two"];
const REMOTE_WORKERS = 2;
const QUEUE_NAME = "chaos";
/** More than a run may leave behind. */
const DEAD_LETTERS = 10_000;
const LOOK_MS = 50;
/** How long a broker that is there may take to say what it has, in milliseconds. */
const ANSWER_MS = 20_000;
/** How long a machine may take to notice that it has died, in milliseconds. */
const GONE_MS = 20_000;

/** Two servers of one application, two remote workers, and the brokers between them. Everything of it can be killed. */
export class Fleet {
  redis;
  /** Undefined where Redis has the jobs as well. */
  rabbit;
  hosts = [];
  remotes = [];
  /** What was logged by those that are gone. */
  #records = [];
  #stderr = "";
  #settings;
  #workers;

  /** @param queue who has the jobs: `rabbitmq` or `redis` */
  static async start(workers, queue) {
    const fleet = new Fleet();
    try {
      await fleet.#start(workers, queue);
      return fleet;
    } catch (error) {
      await fleet.end();
      throw error;
    }
  }

  /** Where clients may connect to. */
  get ports() {
    return this.hosts.map(({ port }) => port);
  }

  get records() {
    return [...this.#records, ...this.hosts.flatMap(({ cluster }) => cluster.records)];
  }

  get stderr() {
    return this.#stderr + this.hosts.map(({ cluster }) => cluster.stderr).join("");
  }

  get log() {
    const remote = this.remotes.flatMap(({ worker }) => worker.lines);
    return [this.stderr, ...this.records.map((record) => JSON.stringify(record)), ...remote].join("\n");
  }

  /** Ends a host and starts it again, at the same port. @param how `by SIGTERM`, or what of it is killed. @returns how its primary ended */
  async restartHost(host, how, pauseMs) {
    const { cluster, port, node } = host;
    const pids = how === "all processes" ? cluster.alive() : [cluster.pid];
    for (const pid of pids) signal(pid, how === "by SIGTERM" ? "SIGTERM" : "SIGKILL");
    const end = await cluster.exited;
    // those that the primary has left behind end by themselves
    for (const late = performance.now() + GONE_MS; cluster.alive().length > 0; await sleep(LOOK_MS)) {
      if (performance.now() > late) throw new Error(`Processes of ${node} outlive its primary.`);
    }
    this.#keep(cluster);
    await sleep(pauseMs);
    host.cluster = await this.#host(node, port);
    return end;
  }

  async restartRemote(remote, name, pauseMs) {
    const { worker } = remote;
    const code = await worker.end(name);
    this.#stderr += worker.stderr;
    await sleep(pauseMs);
    remote.worker = await this.#remote();
    return code;
  }

  /** Which jobs were given up. */
  async deadJobs() {
    const queue = createJobQueue(
      { ...this.#broker, name: QUEUE_NAME },
      { warn: () => undefined, info: () => undefined },
    );
    try {
      for (const end = performance.now() + ANSWER_MS; ; await sleep(LOOK_MS)) {
        // it may have yet to connect
        const all = await queue.deadLetters(DEAD_LETTERS).catch((error) => {
          if (performance.now() > end) throw error;
        });
        if (all !== undefined) return new Set(all.map(({ job }) => job.id));
      }
    } finally {
      await queue.close();
    }
  }

  /** Ends what is left of it, at once. */
  async end() {
    for (const { cluster } of this.hosts) cluster.kill();
    await Promise.all(this.remotes.map(({ worker }) => worker.end("SIGKILL")));
    await Promise.all([this.redis?.end(), this.rabbit?.end()]);
  }

  async #start(workers, queue) {
    this.#workers = workers;
    const rabbit = queue === "rabbitmq" ? startRabbit() : undefined;
    this.redis = await startRedis();
    this.rabbit = await rabbit;
    this.#settings = {
      ...{ REDIS_URL: this.redis.url, QUEUE_NAME, DRAIN_MS: "2000" },
      ...(this.rabbit !== undefined && { AMQP_URL: this.rabbit.url }),
    };
    await Promise.all([
      ...NODES.map(async (node) => {
        const cluster = await this.#host(node, 0);
        this.hosts.push({ node, port: cluster.port, cluster });
      }),
      ...Array.from({ length: REMOTE_WORKERS }, async () => this.remotes.push({ worker: await this.#remote() })),
    ]);
  }

  get #broker() {
    return this.rabbit === undefined ? { redisUrl: this.redis.url } : { amqpUrl: this.rabbit.url };
  }

  #host(node, port) {
    const settings = { ...this.#settings, NODE_NAME: node, PORT: `${port}` };
    return Cluster.start(this.#workers, "hosts/app.mjs", settings);
  }

  #remote() {
    const { amqpUrl, redisUrl } = this.#broker;
    return RemoteWorker.start({
      ...(amqpUrl === undefined ? { QUEUE_REDIS_URL: redisUrl } : { AMQP_URL: amqpUrl }),
      ...{ QUEUE_NAME, QUEUE_RETRY_MS: "100", QUEUE_CLAIM_AFTER_MS: "1000" },
      ...{ WORKER_GROUP: GROUP, WORKER_CONCURRENCY: "20" },
    });
  }

  #keep(cluster) {
    this.#records.push(...cluster.records);
    this.#stderr += cluster.stderr;
    cluster.kill();
  }
}
