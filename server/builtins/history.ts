import * as z from "zod";
import { AppError } from "../../shared/errors.ts";
import type { Pack } from "../../shared/msgpack-codec.ts";
import type { StandardSchema } from "../../shared/standard-schema.ts";
import type { ProcedureDefinition, ProcedureOptions } from "../app.ts";
import type { Broker } from "../brokers/broker.ts";
import type { ChannelAccess } from "../pubsub/channel-access.ts";
import type { ChannelRules } from "../pubsub/channel-rules.ts";
import { isPattern } from "../pubsub/patterns.ts";
import { channelName } from "./channel-name.ts";

export interface HistoryServices {
  readonly rules: ChannelRules;
  readonly broker: Broker;
  readonly pack: Pack;
}

/** What `$history` answers: the oldest first. */
export interface KeptPublication {
  readonly offset: number;
  readonly data: unknown;
}

interface HistoryInput {
  readonly channel: string;
  readonly limit: number;
  readonly before?: number | undefined;
}

const DEFAULT_LIMIT = 100;
const MOST = 1_000;

const page = z.object({
  limit: z.number().int().min(1).max(MOST).default(DEFAULT_LIMIT),
  before: z
    .number()
    .int()
    .min(0)
    .nullish()
    .transform((before) => before ?? undefined),
});

/** A channel alone, a channel and a page, or both in one object. */
const input = z.preprocess(
  (asked) => {
    if (typeof asked === "string") return { channel: asked };
    if (!Array.isArray(asked)) return asked;
    const [first, second] = asked as unknown[];
    // by name: to spread what a client says would make a field of each of its bytes, or of its characters
    const { limit, before } = Object(second) as { limit?: unknown; before?: unknown };
    return { channel: first, limit, before };
  },
  page.extend({ channel: channelName }),
);

/** The procedure `$history`: the newest publications of a channel that are kept, page by page backwards. */
export function historyProcedure(
  { rules, broker, pack }: HistoryServices,
  access: () => Pick<ChannelAccess, "allowed">,
): ProcedureDefinition {
  const procedure: ProcedureOptions<HistoryInput> = {
    input: input as StandardSchema<unknown, HistoryInput>,
    idempotent: true,
    handler: async ({ channel: name, limit, before }, { connection }) => {
      // who may see what comes may see what came
      const { history } = rules.checkSubscribe(name);
      if (isPattern(name)) throw new AppError("BAD_REQUEST", `"${name}" is a pattern; ask for one channel.`);
      if (history === undefined) throw new AppError("NOT_FOUND", `The channel "${name}" keeps no history.`);
      await access().allowed(connection, "history", name);
      return new Promise<KeptPublication[]>((resolve, reject) => {
        broker.history(name, limit, before, (error, found) => {
          if (found === undefined) reject(error);
          else
            resolve(
              found.publications.map((data, index) => ({ offset: found.first + index, data: pack.unpack(data) })),
            );
        });
      });
    },
  };
  // what the input makes of it is what the handler takes
  return procedure as unknown as ProcedureDefinition;
}
