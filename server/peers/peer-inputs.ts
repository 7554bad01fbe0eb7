import * as z from "zod";
import { MAX_TIMER_MS } from "../../shared/limit.ts";
import { PEER_POLICIES, type PeerSeek } from "../../shared/peers.ts";
import type { PeerLimits } from "./peer-options.ts";

/** What a secret must be at least, in characters, so that nobody guesses it; and at most. */
const SECRET_LENGTH = { least: 16, most: 128 };
const ID_LENGTH = 64;
/** Nobody's round trip is longer, in milliseconds. */
const LONGEST_RTT_MS = 60_000;

/** Checks what comes from clients. */
export function peerInputs(limits: PeerLimits) {
  const name = z.string().min(1).max(limits.nameLength);
  const id = z.string().min(1).max(ID_LENGTH).regex(/^\S+$/);
  const seek = z
    .object({
      secret: z.string().min(SECRET_LENGTH.least).max(SECRET_LENGTH.most).optional(),
      context: name.optional(),
      tags: z.array(name).max(limits.tags).optional(),
      room: name.optional(),
      size: z
        .number()
        .int()
        .min(2)
        .max(limits.pairs + 1)
        .optional(),
      policy: z.enum(PEER_POLICIES).optional(),
      region: name.optional(),
      waitMs: z.number().int().min(0).max(MAX_TIMER_MS).nullable().optional(),
      rttMs: z.number().min(0).max(LONGEST_RTT_MS).optional(),
      info: z.unknown().optional(),
      timeoutMs: z.number().int().min(1).optional(),
    })
    .superRefine((asked, context) => {
      const wrong = contradiction(asked as PeerSeek);
      if (wrong !== undefined) context.addIssue({ code: "custom", message: wrong });
    });
  return {
    seek: z.preprocess((asked) => asked ?? {}, seek),
    signal: z.object({ from: id, to: id, data: z.unknown() }),
    connect: z.object({ from: id, to: id }),
    part: z.object({ from: id, to: id, again: z.boolean().optional() }),
    servers: z.object({ from: id }),
  };
}

/** What in a seek goes against itself; undefined where nothing does. */
function contradiction({ room, tags, policy, region, size, waitMs }: PeerSeek): string | undefined {
  if (room !== undefined && (tags !== undefined || policy !== undefined)) return "a room has no tags and no policy";
  if (room === undefined && size !== undefined) return "a size is that of a room";
  if (policy === "region" && region === undefined) return "the policy region needs one";
  if (policy === "rtt" && waitMs === null) return "the policy rtt cannot wait for ever";
  return undefined;
}
