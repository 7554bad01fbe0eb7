import type { Config } from "../config.ts";
import { type HostQuestion, HostQuestions } from "../hosts/host-questions.ts";
import type { Hosts } from "../hosts/hosts.ts";
import { SharedHosts } from "../hosts/shared-hosts.ts";
import type { Logger } from "../logger.ts";
import { appPaths } from "../paths/path-options.ts";
import type { BusHub } from "./bus-hub.ts";
import type { ControlDesk } from "./control-desk.ts";
import type { BusAddresses } from "./control-message.ts";
import { type Bus, type BusHooks, createBusHub, type Stores } from "./create-bus-hub.ts";
import type { QueueDesk } from "./queued/queue-desk.ts";
import type { TailDesk } from "./tail-desk.ts";
import type { UserDesk } from "./user-desk.ts";

export interface BusesHooks extends BusHooks {
  /** The number that people know a socket worker by. */
  numberOf(member: number): number;
}

/** The buses of all applications: that of the main one, and one for each that a path has of its own. */
export class Buses {
  readonly #main: Bus;
  readonly #apps: ReadonlyMap<string, Bus>;
  readonly #all: readonly Bus[];
  /** All hosts of the application; undefined where there can be but this one. */
  readonly hosts: Hosts | undefined;
  /** What they share with those of other hosts, where there are others. */
  readonly sharing: SharedHosts | undefined;
  readonly #questions: HostQuestions | undefined;

  constructor(config: Config, hooks: BusesHooks, log: Logger) {
    const hosts = config.redis === "" ? undefined : new SharedHosts(config, log);
    const shared = (path: string) => hosts && { redis: hosts.of(path), hosts: hosts.registry };
    this.sharing = hosts;
    this.hosts = hosts?.registry;
    this.#main = createBusHub(config, hooks, { shared: shared(""), log });
    this.#apps = new Map(
      appPaths(config.paths).map((path) => [
        path,
        createBusHub(config, hooks, { main: this.#main, path, shared: shared(path), log }),
      ]),
    );
    if (hosts !== undefined) {
      const { numberOf } = hooks;
      const answer = (question: HostQuestion) => this.control.answerHost(question, numberOf);
      this.#questions = new HostQuestions({ redis: hosts.of(""), hosts: hosts.registry, answer });
      this.control.join(this.#questions);
    }
    this.#all = [this.#main, ...this.#apps.values()];
  }

  /** That of the main application. */
  get main(): BusHub {
    return this.#main.hub;
  }

  /** Asks socket workers, of any application. */
  get control(): ControlDesk {
    return this.#main.control;
  }

  /** Looks at connections, of any application. */
  get tails(): TailDesk {
    return this.#main.tails;
  }

  /** What is kept, of each application. */
  get stores(): readonly Stores[] {
    return this.#all.map(({ stores }) => stores);
  }

  /** What becomes of jobs for remote workers, of each application. */
  get jobs(): readonly Pick<QueueDesk, "queue" | "counts">[] {
    return this.#all.map(({ queue }) => queue);
  }

  /** Paths of applications beside the main one. */
  get paths(): readonly string[] {
    return [...this.#apps.keys()];
  }

  /** Users and sessions, of whatever application. */
  readonly users: Pick<UserDesk, "revokeUser" | "revokeSession"> = {
    revokeUser: (user, code) => sum(this.#all.map(({ users }) => users.revokeUser(user, code))),
    revokeSession: (session, code) => sum(this.#all.map(({ users }) => users.revokeSession(session, code))),
  };

  /** Where all of them are, and what proves that a process is of this server. */
  get addresses(): BusAddresses {
    const apps = Object.fromEntries([...this.#apps].map(([path, { hub }]) => [path, hub.address.path]));
    return { ...this.main.address, apps };
  }

  /** @throws StartError where what hosts share cannot be reached */
  async listen(): Promise<void> {
    await Promise.all([this.sharing?.ready(), ...this.#all.map(({ hub }) => hub.listen())]);
  }

  /** Ends all of them. Resolves when other hosts know it. */
  async close(): Promise<void> {
    for (const { hub } of this.#all) hub.close();
    this.#questions?.close();
    await Promise.all(this.#all.map(({ queue }) => queue.end()));
    await this.sharing?.close();
  }

  /** Ends all of them without a word to other hosts. */
  kill(): void {
    for (const { hub } of this.#all) hub.close();
    this.#questions?.close();
    this.sharing?.kill();
  }
}

async function sum(counts: readonly Promise<number>[]): Promise<number> {
  return (await Promise.all(counts)).reduce((all, count) => all + count, 0);
}
