import type { Config } from "../config.ts";
import type { Logger } from "../logger.ts";
import type { GatewayStreams } from "./gateway-streams.ts";

/** Begins to connect to the brokers that a configuration names. Undefined where it names none. */
export async function createGateway(
  config: Config,
  log: Pick<Logger, "warn" | "info">,
): Promise<GatewayStreams | undefined> {
  const { gatewayRedis, gatewayAmqp, gatewayQueue } = config;
  if (gatewayRedis === "" && gatewayAmqp === "") return undefined;
  // the drivers cost every start that loads them a tenth of a second
  const { GatewayStreams } = await import("./gateway-streams.ts");
  const redis = { url: gatewayRedis, stream: config.gatewayStream, maxLength: config.gatewayKeep };
  const amqp = {
    ...{ url: gatewayAmqp, exchange: config.gatewayExchange, routingKey: config.gatewayRouting },
    ...(gatewayQueue !== "" && { queue: gatewayQueue }),
  };
  const buffer = {
    maxEvents: config.gatewayEvents,
    maxBytes: config.gatewayBudget,
    whenFull: config.gatewayWhenFull,
  };
  return new GatewayStreams(
    {
      ...(gatewayRedis !== "" && { redis }),
      ...(gatewayAmqp !== "" && { amqp }),
      ...(config.gatewayState === "on" && { mirror: { url: gatewayRedis } }),
      buffer,
    },
    log,
  );
}
