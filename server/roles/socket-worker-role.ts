import { isatty } from "node:tty";
import { loadMounted, startApps } from "../paths/start-apps.ts";
import type { FromWorker, ToWorker, WorkerBirth } from "../primary/control-message.ts";
import type { SocketWorker } from "../socket-worker-contract.ts";
import type { ConnectionHandle } from "../transport/deal.ts";
import { DealtConnections } from "./dealt-connections.ts";
import type { RunningRole, WithApp } from "./role.ts";
import { die } from "./signals.ts";

/** How long a socket worker that cannot serve may take to say what it has to say, in milliseconds. */
const LAST_WORDS_MS = 1_000;
const STDIN = 0;
/** Over how long clients of one that takes no more are sent elsewhere, in milliseconds. */
const UNABLE_MS = 1_000;

/** Runs one socket worker of a cluster, until the primary, or a signal, tells it to end. */
export async function runSocketWorker(options: WithApp & { birth: WorkerBirth }): Promise<RunningRole> {
  const { birth, events } = options;
  const { worker: number, member, config, bus } = birth;
  const log = options.log.child({ worker: number });
  const tell = (message: FromWorker, sent?: () => void) => process.send?.(message, undefined, undefined, sent);
  const dealt = new DealtConnections(tell);
  const hadTerminal = isatty(STDIN);
  let worker: SocketWorker | undefined;
  let closing: Promise<void> | undefined;

  /** @param overMs others serve meanwhile; where that is no longer so, it may be told again without */
  function close(overMs?: number): Promise<void> {
    if (closing === undefined) tell({ type: "draining" });
    const drained = worker?.drain(overMs) ?? Promise.resolve();
    closing ??= drained.finally(() => (hadTerminal && !isatty(STDIN) ? die() : process.disconnect?.()));
    return closing;
  }

  async function obey(message: Exclude<ToWorker, { type: "connection" }>): Promise<void> {
    switch (message.type) {
      case "drain":
        await close(message.overMs);
        break;
      case "status": {
        const connections = worker?.connections.size ?? 0;
        tell({ type: "status", reference: message.reference, connections, memory: process.memoryUsage.rss() });
        break;
      }
      case "shed":
        tell({ type: "shed", reference: message.reference, count: (await worker?.shed(message.order)) ?? 0 });
        break;
      case "accept":
        await worker?.accept();
        tell({ type: "accepting", reference: message.reference });
        break;
    }
  }

  process.on("message", (message: ToWorker, handle: unknown) => {
    if (message.type === "connection") dealt.receive(handle as ConnectionHandle | undefined);
    else void obey(message);
  });
  // Ctrl-C reaches all processes of the terminal: the primary knows what to do about it
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => void close());
  // so does a terminal's end
  process.on("SIGHUP", () => undefined);
  // A promise that nobody looks after concerns the call that forgot it, not everybody who is connected here. What
  // threw in the middle of something is another matter: nothing is known of the state it left.
  process.on("unhandledRejection", (error) => {
    log.error({ error }, "a promise was rejected and nobody cared");
    events.emit("error", error);
  });
  process.on("uncaughtException", (error) => {
    log.fatal({ error }, "an uncaught exception ends this socket worker");
    process.exit(1);
  });

  try {
    const app = await options.load();
    worker = await startApps({
      app,
      hooks: await options.hooks(),
      mounted: await loadMounted(config.paths, bus),
      config,
      worker: number,
      member,
      bus,
      deal: dealt,
      events,
      log,
      lost: () => process.exit(1),
      unable(error) {
        log.error({ error }, "this socket worker cannot take connections again, and ends");
        void close(UNABLE_MS);
      },
      computeNeeded: (tasks) => tell({ type: "compute", tasks }),
      fellBack: (reason) => tell({ type: "fallback", reason }),
    });
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    // whatever the application's script makes of the rejection: nobody is served here, and the primary waits for the end
    tell({ type: "failed", message, code }, () => setTimeout(() => process.exit(1), LAST_WORDS_MS).unref());
    throw error;
  }
  tell({ type: "serving", port: worker.port });
  return { port: worker.port, publish: worker.publish, users: worker.users, close: () => close() };
}
