import { AppError } from "../../shared/errors.ts";
import { RedisRefusal } from "../links/redis.ts";
import type { Logger } from "../logger.ts";
import { seldom } from "../seldom.ts";

/** What Redis says where it is the wrong one to ask: one that is no master any more, or is not ready yet. */
const WRONG_SERVER = new Set(["READONLY", "LOADING", "MASTERDOWN"]);
/** What it says where it cannot do what it should, for now. */
const NOT_NOW = new Set([
  "OOM",
  "MISCONF",
  "NOREPLICAS",
  "BUSY",
  "CLUSTERDOWN",
  "TRYAGAIN",
  "MOVED",
  "ASK",
  "CROSSSLOT",
]);

/** Makes errors for callers of what goes wrong with Redis, and tells the log. */
export class RedisErrors {
  readonly #log: Pick<Logger, "warn" | "error">;
  readonly #name: string;
  readonly #wrongServer: (error: Error) => void;
  /** Tells the log that it is refused what is asked, now and then. */
  readonly #refuses: (error: RedisRefusal, script: string) => void;

  /** @param wrongServer called where another server has to be asked */
  constructor(name: string, log: Pick<Logger, "warn" | "error">, wrongServer: (error: Error) => void) {
    this.#name = name;
    this.#log = log;
    this.#wrongServer = wrongServer;
    this.#refuses = seldom((error, script) => log.warn({ error, script }, `${name} refuses what it is asked`));
  }

  /** Redis said no. */
  refused(script: string, message: string): AppError {
    const error = new RedisRefusal(message);
    if (WRONG_SERVER.has(error.kind)) {
      this.#wrongServer(error);
      return unavailable();
    }
    if (!NOT_NOW.has(error.kind)) {
      this.#log.error({ error, script }, `${this.#name} failed`);
      return new AppError("INTERNAL");
    }
    this.#refuses(error, script);
    return unavailable();
  }
}

/** What those are told who need others, while these cannot be reached. */
export function unavailable(): AppError {
  return new AppError("UNAVAILABLE", "What the servers share cannot be reached now.");
}
