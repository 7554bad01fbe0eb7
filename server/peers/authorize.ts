import { AppError } from "../../shared/errors.ts";
import type { IceServer, PeerSeek } from "../../shared/peers.ts";
import type { CallContext } from "../dispatch/context.ts";
import { within } from "../within.ts";
import type { PeersDefinition } from "./peer-options.ts";

/** What the application says to a seek. */
export interface Authorized {
  /** The seek as it may be. */
  readonly seek: PeerSeek;
  readonly iceServers: readonly IceServer[];
}

/**
 * Asks the application whether a client may seek, and what STUN and TURN servers there are for it.
 * @throws AppError `FORBIDDEN`, or what the application throws; `TIMEOUT` where it takes too long
 */
export async function authorize(
  definition: PeersDefinition,
  context: CallContext,
  asked: PeerSeek,
  timeoutMs: number,
): Promise<Authorized> {
  const work = async () => {
    const verdict = await definition.authorize?.(context, asked);
    if (verdict === false) throw new AppError("FORBIDDEN", "You may not seek peers here.");
    const seek = typeof verdict === "object" ? verdict : asked;
    return { seek, iceServers: await iceServersFor(definition, context) };
  };
  // the call itself has no limit, as it lasts as long as the peer does
  return within(work(), timeoutMs, () => new AppError("TIMEOUT"));
}

export async function iceServersFor(
  { iceServers = [] }: PeersDefinition,
  context: CallContext,
): Promise<readonly IceServer[]> {
  return typeof iceServers === "function" ? iceServers(context) : iceServers;
}
