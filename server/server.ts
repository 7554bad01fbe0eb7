import cluster from "node:cluster";
import type { App, ServerEvents, UserActions } from "./app.ts";
import { type Config, type LoadedConfig, loadConfig } from "./config.ts";
import { type GivenHooks, loadHooks } from "./hooks/load-hooks.ts";
import { createLogger, type Logger } from "./logger.ts";
import { SOCKET_WORKER_ENV, type WorkerBirth } from "./primary/control-message.ts";
import type { RunningRole } from "./roles/role.ts";
import { ServerEmitter } from "./server-events.ts";

/** Every option of docs/CONFIGURATION.md by its name, which counts before file and environment; and what only code can give. */
export interface ServerOptions extends Partial<Omit<Config, "hooks">> {
  /** Code beside the application, or files of it: see docs/HOOKS.md. In all processes the same. @default as configured */
  readonly hooks?: GivenHooks;
  /** A configuration that is loaded already; without one, file and environment are read. */
  readonly loaded?: LoadedConfig;
  readonly log?: Logger;
  /** Whether a single process ends on SIGTERM and SIGINT; a primary always does. @default false */
  readonly signals?: boolean;
}

/** A running, or not yet running, server: `createServer(app).listen()`. */
export interface Server extends UserActions {
  /** What this process is to the cluster. */
  readonly role: "primary" | "socket worker" | "single process";
  /** The port clients connect to; 0 before `listen`. */
  readonly port: number;
  /** Resolves when everything serves. Rejects, with everything ended, when it cannot; and where it listens already. */
  listen(): Promise<void>;
  /** Lets calls finish, tells clients to come back, and ends; in the primary, with all other processes. Waits for a start. */
  close(): Promise<void>;
  /** Publishes to a channel. Not in the primary, where no application runs. */
  publish(channel: string, data: unknown): void;
  /** Listens to what happens in this process; the function returned stops that. */
  on<Name extends keyof ServerEvents>(event: Name, listener: ServerEvents[Name]): () => void;
}

/**
 * Makes a server of an application. With `workers` above 0 this process becomes the primary and forks socket workers
 * that run the same script again up to this very call; there it makes a socket worker. With `workers: 0` all happens
 * in this process.
 *
 * @param app the application, or a function that loads it: in the primary it is never called
 * @param options configuration that beats the file and the environment
 * @throws ConfigError where the configuration is wrong
 * @example await createServer(app, { port: 9000 }).listen();
 */
export function createServer(app: App | (() => Promise<App>), options: ServerOptions = {}): Server {
  const { loaded, log: givenLog, signals = false, hooks: given, ...rest } = options;
  // functions cannot be told to another process: there they are given anew, by the same script
  const overrides = given === undefined ? rest : { ...rest, hooks: given.filter((one) => typeof one === "string") };
  const birth = takeBirth();
  // a socket worker is told its configuration, and need not find it out again
  const configuration = birth ?? loaded ?? loadConfig({ env: process.env, cwd: process.cwd(), overrides });
  const { config } = configuration;
  const role = birth !== undefined ? "socket worker" : config.workers === 0 ? "single process" : "primary";
  if (role === "primary" && cluster.isWorker) {
    throw new Error("A process forked by node:cluster cannot be a primary: make one server only, or use workers: 0.");
  }
  const log = givenLog ?? createLogger({ level: config.logLevel, format: config.logFormat });
  const events = new ServerEmitter(log);
  const load = typeof app === "function" ? app : () => Promise.resolve(app);
  let starting: Promise<RunningRole> | undefined;
  let running: RunningRole | undefined;

  /** Loads no more than what this process is to be: each begins sooner so. */
  async function run(): Promise<RunningRole> {
    const hooks = () => loadHooks(given ?? config.hooks, config.simulate);
    if (birth !== undefined) {
      const { runSocketWorker } = await import("./roles/socket-worker-role.ts");
      return runSocketWorker({ load, hooks, birth, events, log });
    }
    if (role === "primary") {
      const { runPrimary } = await import("./roles/primary-role.ts");
      return runPrimary({ hooks, configuration: configuration as LoadedConfig, log });
    }
    const { runSingleProcess } = await import("./roles/single-process-role.ts");
    return runSingleProcess({ load, hooks, configuration: configuration as LoadedConfig, events, log, signals });
  }

  function users(): UserActions {
    if (running?.users === undefined) throw new Error(`There is nobody to reach in the ${role} now.`);
    return running.users;
  }

  return {
    role,
    get port() {
      return running?.port ?? 0;
    },
    async listen() {
      if (starting !== undefined) throw new Error("This server listens already.");
      starting = run();
      try {
        running = await starting;
      } catch (error) {
        starting = undefined;
        throw error;
      }
    },
    async close() {
      const closing = starting;
      // one that is only just starting ends as soon as it has; whoever started it hears what went wrong
      const started = await closing?.catch(() => undefined);
      await started?.close();
      // closed twice at once, it may listen again already
      if (starting === closing) starting = running = undefined;
    },
    publish(channel, data) {
      if (running?.publish === undefined) throw new Error(`There is nothing to publish with in the ${role} now.`);
      running.publish(channel, data);
    },
    toUser: (user) => users().toUser(user),
    toTagged: (tags) => users().toTagged(tags),
    revoke: (target, revokeOptions) => users().revoke(target, revokeOptions),
    on: (event, listener) => events.on(event, listener),
  };
}

/** Whether this process is one that a primary has forked, and has not made its server yet. */
export function isSocketWorker(): boolean {
  return cluster.isWorker && process.env[SOCKET_WORKER_ENV] !== undefined;
}

/** What the primary told this process at birth, if it is a socket worker; gone then, so that no child of ours gets it. */
function takeBirth(): WorkerBirth | undefined {
  const birth = isSocketWorker() ? process.env[SOCKET_WORKER_ENV] : undefined;
  delete process.env[SOCKET_WORKER_ENV];
  return birth === undefined ? undefined : (JSON.parse(birth) as WorkerBirth);
}
