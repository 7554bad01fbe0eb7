import type { Hosts } from "../../hosts/hosts.ts";
import type { SharedEntry } from "./shared-entry.ts";

/** A host that is not known to live may have begun a moment ago; after so many milliseconds it has not. */
const UNKNOWN_MS = 3_000;
/** How long it takes hosts to say again that they live, in milliseconds. */
const FORGOTTEN_MS = 2_000;
/** Hosts that are remembered to be gone. */
const MOST_GONE = 1_000;

/** Knows whether hosts still live at which calls with keys run. */
export class KeyOwners {
  readonly #hosts: Hosts;
  readonly #goneHosts = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();

  /** @param gone told of each host that is gone for good */
  constructor(hosts: Hosts, gone: (host: string) => void) {
    this.#hosts = hosts;
    hosts.onGone((host) => {
      // all of them seem to be gone where Redis has forgotten who lives, until they have said so again
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        if (hosts.alive.has(host)) return;
        if (this.#goneHosts.size < MOST_GONE) this.#goneHosts.add(host);
        gone(host);
      }, FORGOTTEN_MS).unref();
      this.#timers.add(timer);
    });
  }

  /** Whether the host is gone at which it runs. Asked again and again, it finds that out also of one that it never knew. */
  isGone(entry: SharedEntry): boolean {
    if (this.#hosts.alive.has(entry.host)) {
      entry.missingSince = undefined;
      return false;
    }
    if (this.#goneHosts.has(entry.host)) return true;
    const now = performance.now();
    entry.missingSince ??= now;
    return now - entry.missingSince >= UNKNOWN_MS;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
