import type { Config } from "../config.ts";
import { perSecond, type Rate } from "./rate.ts";

/** The rates of a configuration; undefined for those that are off. */
export interface Rates {
  readonly message: Rate | undefined;
  readonly byte: Rate | undefined;
  readonly call: Rate | undefined;
  readonly publish: Rate | undefined;
  readonly subscribe: Rate | undefined;
  readonly user: Rate | undefined;
  readonly ip: Rate | undefined;
  readonly connect: Rate | undefined;
}

export function ratesOf(config: Config): Rates {
  const rate = (count: number | "off") =>
    config.rateLimits === "off" || count === "off" ? undefined : perSecond(count, config.rateBurstMs);
  return {
    message: rate(config.messageRate),
    byte: rate(config.byteRate),
    call: rate(config.callRate),
    publish: rate(config.publishRate),
    subscribe: rate(config.subscribeRate),
    user: rate(config.userRate),
    ip: rate(config.ipRate),
    connect: rate(config.connectRate),
  };
}
