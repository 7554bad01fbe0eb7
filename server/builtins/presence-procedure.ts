import * as z from "zod";
import type { ProcedureDefinition } from "../app.ts";
import type { ChannelAccess } from "../pubsub/channel-access.ts";
import type { Presence } from "../pubsub/presence.ts";
import { COUNTS_ONLY } from "../pubsub/presence-bus.ts";
import { channelName } from "./channel-name.ts";

/** Members that one answer tells at most. */
const MOST_MEMBERS = 1_000;

const input = z.union([
  channelName,
  z.object({
    channel: channelName,
    /** Tell no more members than that. */
    limit: z.number().int().min(1).max(MOST_MEMBERS).optional(),
    /** Tell how many there are, and not who. */
    count: z.boolean().optional(),
  }),
]);

/** Tells who is in a channel, or how many are. */
export function presenceProcedure(
  presence: () => Pick<Presence, "list">,
  access: () => Pick<ChannelAccess, "allowed">,
): ProcedureDefinition {
  return {
    input,
    idempotent: true,
    handler: async (asked: z.infer<typeof input>, { connection }) => {
      const { channel, limit = MOST_MEMBERS, count = false } = typeof asked === "string" ? { channel: asked } : asked;
      await access().allowed(connection, "presence", channel);
      return presence().list(channel, count ? COUNTS_ONLY : limit);
    },
  } as ProcedureDefinition;
}
