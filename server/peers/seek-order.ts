import { AppError } from "../../shared/errors.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import type { PeerSeek } from "../../shared/peers.ts";
import { portable } from "../../shared/portable.ts";
import type { SeekOrder } from "./peer-bus.ts";
import type { PeerLimits } from "./peer-options.ts";

const USUAL_CONTEXT = "default";
/** How long a seeker is choosy where nobody says, by its policy, in milliseconds. */
const USUAL_WAIT_MS = { first: null, none: null, region: 5_000, rtt: 1_000 } as const;

/**
 * Makes of a checked seek what the primary has to know, all defaults put in.
 * @throws AppError `TOO_LARGE` where its info is
 */
export function seekOrder(seek: PeerSeek, limits: PeerLimits, pack: Pack): Omit<SeekOrder, "session" | "graceMs"> {
  const { policy = "first" } = seek;
  return {
    context: seek.context ?? USUAL_CONTEXT,
    tags: [...new Set(seek.tags)].sort(),
    room: seek.room ?? null,
    size: seek.size ?? null,
    policy,
    region: seek.region ?? null,
    waitMs: seek.waitMs === undefined ? USUAL_WAIT_MS[policy] : seek.waitMs,
    rttMs: seek.rttMs ?? null,
    info: seek.info === undefined ? null : encoded(seek.info, limits.infoBytes, "What a peer says of itself", pack),
    seekMs: Math.min(seek.timeoutMs ?? limits.seekMs, limits.seekMs),
    mostPairs: limits.pairs,
  };
}

/** @throws AppError `TOO_LARGE` */
export function encoded(value: unknown, mostBytes: number, what: string, pack: Pack): Uint8Array {
  const bytes = pack.pack(portable(value));
  if (bytes.length <= mostBytes) return bytes;
  throw new AppError("TOO_LARGE", `${what} may take ${mostBytes} bytes.`);
}
