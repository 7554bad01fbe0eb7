import type { App } from "../app.ts";
import type { TaskDefinition } from "../compute/hosted-task.ts";
import { loadAppFile } from "../load-app.ts";
import type { BusAddresses } from "../primary/control-message.ts";
import { type PublicTransportHooks, publicTransport } from "../public-transport.ts";
import { AppEvents } from "../server-events.ts";
import { startSocketWorker } from "../socket-worker.ts";
import type { SocketWorker, SocketWorkerOptions } from "../socket-worker-contract.ts";
import { MountedTransport } from "./mounted-transport.ts";
import type { PathOptions } from "./path-options.ts";

export interface AppsOptions extends Omit<SocketWorkerOptions, "transport">, PublicTransportHooks {
  /** Applications of single paths, by the path; and the bus of each. */
  readonly mounted: readonly { readonly path: string; readonly app: App; readonly bus: SocketWorkerOptions["bus"] }[];
}

/**
 * Loads the applications of single paths, and says where the bus of each is.
 * @throws StartError where one cannot be loaded
 */
export function loadMounted(paths: readonly PathOptions[], bus: BusAddresses): Promise<AppsOptions["mounted"]> {
  return Promise.all(
    paths.flatMap(async ({ path, app: file }) => {
      if (file === undefined) return [];
      const { apps = {} } = bus;
      return [{ path, app: await loadAppFile(file), bus: { ...bus, path: apps[path] ?? "" } }];
    }),
  ).then((found) => found.flat());
}

/**
 * Starts a socket worker that may serve several applications, each at its own path: they share the process, its port and
 * its compute host, and nothing else. Neither channels nor sessions nor users of one are those of another.
 */
export async function startApps({ mounted, ...options }: AppsOptions): Promise<SocketWorker> {
  const make = await publicTransport(options);
  if (mounted.length === 0) return startSocketWorker({ ...options, transport: make });
  const transport = new MountedTransport(make);
  const compute = new SharedCompute(options.computeNeeded);
  const end = new Barrier(mounted.length + 1);
  const shared = {
    ...options,
    processEvents: options.events,
    computeNeeded: (tasks: readonly TaskDefinition[]) => compute.needed(tasks),
    drained: () => end.arrive(),
  };
  const own = () => ({ ...shared, events: new AppEvents(options.log, options.events) });
  const others: SocketWorker[] = [];
  try {
    for (const { path, app, bus } of mounted) {
      others.push(await startSocketWorker({ ...own(), hooks: [], path, app, bus, transport: transport.mount(path) }));
    }
    const main = await startSocketWorker({ ...own(), transport: transport.main });
    compute.started();
    return together(main, others, transport);
  } catch (error) {
    // nobody is connected yet
    end.open();
    await Promise.all(others.map((other) => other.drain()));
    transport.close();
    throw error;
  }
}

/** Who comes there waits for all others: while one application has clients, none of them ends. */
class Barrier {
  #missing: number;
  readonly #all: Promise<void>;
  open: () => void = () => undefined;

  constructor(count: number) {
    this.#missing = count;
    this.#all = new Promise((resolve) => {
      this.open = resolve;
    });
  }

  arrive(): Promise<void> {
    if (--this.#missing <= 0) this.open();
    return this.#all;
  }
}

/** The one compute host for the tasks of all applications: asked for once, whoever needs it first. */
class SharedCompute {
  readonly #needed: (tasks: readonly TaskDefinition[]) => void;
  readonly #tasks: TaskDefinition[] = [];
  #isStarted = false;
  #isAsked = false;

  constructor(needed: (tasks: readonly TaskDefinition[]) => void) {
    this.#needed = needed;
  }

  /** An application has tasks. Until all have started, these are gathered. */
  needed(tasks: readonly TaskDefinition[]): void {
    this.#tasks.push(...tasks);
    if (this.#isStarted) this.#ask();
  }

  started(): void {
    this.#isStarted = true;
    if (this.#tasks.length > 0) this.#ask();
  }

  /** Where the host runs already, whoever needs it introduces its tasks by itself. */
  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#needed(this.#tasks);
  }
}

/** Several as the one that the process runs. */
function together(main: SocketWorker, others: readonly SocketWorker[], transport: MountedTransport): SocketWorker {
  const all = [main, ...others];
  let ending: Promise<void> | undefined;
  const size = () => all.reduce((sum, { connections }) => sum + connections.size, 0);
  return {
    ...main,
    connections: {
      get size() {
        return size();
      },
    },
    async shed({ count, upTo, ...order }) {
      const room = upTo === undefined ? undefined : Math.max(0, upTo - size() + main.connections.size);
      let left = count;
      let gone = 0;
      for (const one of all) {
        const share = Math.min(left, one.connections.size);
        left -= share;
        // whether connections are taken at all is the main one's business
        const own = one === main ? { ...order, count: share, upTo: room } : { ...order, count: share };
        if (one === main || share > 0) gone += await one.shed(own);
      }
      return gone;
    },
    async accept() {
      await Promise.all(all.map((one) => one.accept()));
    },
    drain(overMs) {
      const drained = Promise.all(all.map((one) => one.drain(overMs)));
      ending ??= drained.then(() => transport.close());
      return ending;
    },
  };
}
