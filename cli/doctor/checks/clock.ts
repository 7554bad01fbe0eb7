import { placeOf } from "../../../server/links/place-of.ts";
import { type Check, type Finding, ok, warning } from "../check.ts";
import { redisOf, redisUrls } from "../system/redis-servers.ts";

/** Beyond this, times of one host make no sense to another. */
const MOST_MS = 1_000;

export const clock: Check = {
  name: "clock",
  async run({ config, signal }) {
    const [first] = redisUrls(config);
    if (first === undefined) return [];
    const all = await redisOf(first.url, signal, async (link, url) => {
      const before = Date.now();
      const time = await link.command(["TIME"]);
      return judgeClock(placeOf(url), time, before, Date.now());
    }).catch(() => []); // that it cannot be asked is told by another check
    return all;
  },
};

/** @param time seconds and microseconds, as Redis tells them @param before and after it was asked, in milliseconds */
export function judgeClock(where: string, time: unknown, before: number, after: number): Finding {
  const [seconds, micros] = Array.isArray(time) ? time.map(Number) : [];
  const theirs = (seconds ?? Number.NaN) * 1_000 + (micros ?? 0) / 1_000;
  const offset = (before + after) / 2 - theirs;
  const found = `${Math.abs(Math.round(offset))} ms ${offset > 0 ? "ahead of" : "behind"} that of ${where}`;
  // half of the way there and back is not known
  return Math.abs(offset) - (after - before) / 2 <= MOST_MS
    ? ok(found)
    : warning(found, "have all hosts keep time by NTP: timedatectl set-ntp true, or chrony");
}
