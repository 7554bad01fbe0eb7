import { statSync } from "node:fs";
import { stat } from "node:fs/promises";

/** How often files are looked at, in milliseconds. */
const EVERY_MS = 1_000;

/**
 * Calls back when files became others, by whatever way: written anew, moved into the place of the old ones, or behind
 * another symbolic link. That is noticed by looking again and again, which works in every file system; and not before
 * two looks in a row saw the same, as several files do not change in one moment.
 * @returns what ends it
 */
export function watchFiles(paths: readonly string[], changed: () => void, everyMs = EVERY_MS): () => void {
  let used = paths.map((path) => signature(() => statSync(path, { bigint: true }))).join();
  let last = used;
  let looking = false;
  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    const stats = await Promise.all(paths.map((path) => stat(path, { bigint: true }).catch(() => undefined)));
    looking = false;
    const seen = stats.map((one) => signature(() => one)).join();
    const settled = seen === last;
    last = seen;
    if (ended || !settled || seen === used) return;
    used = seen;
    changed();
  }
  let ended = false;
  const timer = setInterval(() => void look(), everyMs).unref();
  return () => {
    ended = true;
    clearInterval(timer);
  };
}

interface Seen {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
}

/** What differs where a file is another one, or was written to; empty where there is none. */
function signature(look: () => Seen | undefined): string {
  try {
    const seen = look();
    return seen === undefined ? "" : `${seen.dev}:${seen.ino}:${seen.size}:${seen.mtimeNs}`;
  } catch {
    return "";
  }
}
