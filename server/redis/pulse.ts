import type { RedisCore } from "./redis-core.ts";
import type { Script } from "./shared-redis.ts";

const SCRIPT: Script = {
  name: "pulse",
  source: `
function F.pulse(a) publish('pulse:' .. a[1], a[2]) end
`,
};
const EVERY_MS = 1_000;
/** How long nothing may come back that was published, in milliseconds. */
const SILENT_MS = 6_000;

export interface PulseHooks {
  /** What was published has come back. */
  felt(): void;
  /** Nothing comes back. */
  silent(error: Error): void;
}

/**
 * Publishes something once a second, to hear it: a connection for what is published says nothing of itself when it is dead,
 * and a node of a Cluster may have lost the others.
 */
export class Pulse {
  readonly #timer: NodeJS.Timeout;
  #heardAt = 0;
  #count = 0;

  /** @param prefix what keys and channels begin with */
  constructor(core: RedisCore, prefix: string, { felt, silent }: PulseHooks) {
    const hear = (): void => {
      this.#heardAt = performance.now();
      felt();
    };
    core.subscriptions.add(prefix, `pulse:${core.host}`, hear, () => undefined);
    const beat = (): void => {
      if (!core.isUp) return;
      if (performance.now() - this.#heardAt > SILENT_MS) silent(new Error("what is published does not come back"));
      else core.run(SCRIPT, `${prefix}{0}:`, prefix, "pulse", [core.host, String(this.#count++)], undefined);
    };
    this.#timer = setInterval(beat, EVERY_MS).unref();
    core.watch({
      up: () => {
        this.#heardAt = performance.now();
        beat();
      },
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
