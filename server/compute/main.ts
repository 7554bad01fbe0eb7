// The process of the compute host: the primary forks it and tells it what to do.
import { createLogger } from "../logger.ts";
import { ComputeHost } from "./compute-host.ts";
import { COMPUTE_HOST_ENV, type ComputeBirth, type FromComputeHost, type ToComputeHost } from "./control-message.ts";

const birth = JSON.parse(process.env[COMPUTE_HOST_ENV] ?? "null") as ComputeBirth | null;
// no thread and no child of a task needs to know the secret
delete process.env[COMPUTE_HOST_ENV];
if (birth === null) {
  process.stderr.write("This is no program of its own: the server starts it.\n");
  process.exit(2);
}

const { config, bus, sources } = birth;
const log = createLogger({ level: config.logLevel, format: config.logFormat }).child({ process: "compute host" });
const host = new ComputeHost({ config, bus, sources, log, stuck: die });
const tell = (message: FromComputeHost, sent?: () => void) => process.send?.(message, undefined, undefined, sent);

process.on("message", (message: ToComputeHost) => {
  if (message.type === "end") void host.close().then(() => process.exit(0));
  else tell({ type: "report", reference: message.reference, report: host.report() });
});
// Nobody is left to work for.
process.on("disconnect", die);
if (!process.connected) die();
// Whoever ends all processes at once means the server: calls in flight still need this one, and the primary ends it.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);
process.on("SIGHUP", () => undefined);
process.on("uncaughtException", (error) => {
  log.fatal({ error }, "an uncaught exception ends this compute host");
  die();
});

/** Threads in the middle of something that cannot be interrupted would hold up a clean end. */
function die(): void {
  process.kill(process.pid, "SIGKILL");
}

try {
  tell({ type: "ready", problems: await host.start() });
} catch (error) {
  tell({ type: "failed", message: (error as Error).message }, () => process.exit(1));
}
