import type { Config } from "../config.ts";
import { appPaths } from "../paths/path-options.ts";
import type { BusHub } from "./bus-hub.ts";
import type { ControlDesk } from "./control-desk.ts";
import type { BusAddresses } from "./control-message.ts";
import { type Bus, type BusHooks, createBusHub, type Stores } from "./create-bus-hub.ts";
import type { TailDesk } from "./tail-desk.ts";
import type { UserDesk } from "./user-desk.ts";

/** The buses of all applications: that of the main one, and one for each that a path has of its own. */
export class Buses {
  readonly #main: Bus;
  readonly #apps: ReadonlyMap<string, Bus>;
  readonly #all: readonly Bus[];

  constructor(config: Config, hooks: BusHooks) {
    this.#main = createBusHub(config, hooks);
    this.#apps = new Map(appPaths(config.paths).map((path) => [path, createBusHub(config, hooks, this.#main, path)]));
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

  async listen(): Promise<void> {
    await Promise.all(this.#all.map(({ hub }) => hub.listen()));
  }

  close(): void {
    for (const { hub } of this.#all) hub.close();
  }
}

async function sum(counts: readonly Promise<number>[]): Promise<number> {
  return (await Promise.all(counts)).reduce((all, count) => all + count, 0);
}
