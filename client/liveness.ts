/** Until WELCOME says better. */
const DEFAULT_HEARTBEAT_MS = 30_000;
const PROBE_MS = 5_000;

/**
 * Notices a dead server, which says nothing for two heartbeats and then nothing to a PING. Silence is judged by the
 * wall clock: after a machine slept, timers have seen nothing of the time that passed.
 */
export class Liveness {
  readonly #ping: () => void;
  readonly #dead: () => void;
  #heartbeatMs = DEFAULT_HEARTBEAT_MS;
  #heardAt = Date.now();
  #answered = true;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ping: () => void, dead: () => void) {
    this.#ping = ping;
    this.#dead = dead;
  }

  /** Begins to watch. @param heartbeatMs as WELCOME says it; kept as it was where it is no duration */
  start(heartbeatMs?: unknown): void {
    if (typeof heartbeatMs === "number" && heartbeatMs >= 1) this.#heartbeatMs = Math.min(heartbeatMs, 3_600_000);
    this.#check();
  }

  /** Anything at all came. */
  heard(): void {
    this.#heardAt = Date.now();
    this.#answered = true;
  }

  /** Asks now, whatever was heard before. */
  probe(): void {
    this.stop();
    this.#answered = false;
    this.#ping();
    this.#timer = setTimeout(() => (this.#answered ? this.#check() : this.#dead()), PROBE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #check(): void {
    this.stop();
    const now = Date.now();
    // a clock set back must not postpone this for hours
    this.#heardAt = Math.min(this.#heardAt, now);
    const left = this.#heardAt + 2 * this.#heartbeatMs - now;
    if (left <= 0) this.probe();
    else this.#timer = setTimeout(() => this.#check(), Math.min(left, this.#heartbeatMs));
  }
}
