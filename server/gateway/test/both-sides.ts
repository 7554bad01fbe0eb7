import { onTestFinished, vi } from "vitest";
import type { RedisServer } from "../../links/test/redis-server.ts";
import { type GatewaySource, GatewayStreams } from "../gateway-streams.ts";
import { compileJsonVariables } from "../json-variables.ts";
import { Gateway, type GatewayError, type GatewayOptions, type RedisSourceOptions } from "../sdk/gateway.ts";

const NOBODY = "http://127.0.0.1:9";

/** Both sides of a gateway whose events go through Redis. */
export function gatewayOver(redis: () => RedisServer) {
  /** The side of the gateway. */
  function openStreams(stream = "events") {
    const log = { warn: vi.fn(), info: vi.fn() };
    const streams = new GatewayStreams({ redis: { url: redis().url, stream } }, log);
    onTestFinished(async () => {
      await streams.close(0);
    });
    function open(id: string, tags: Record<string, string> = {}): GatewaySource {
      const path = { path: "/chat", streamTags: ["group"], json: compileJsonVariables({}) };
      const source = { id, path, tags, close: vi.fn() };
      streams.opened(source);
      return source;
    }
    return { streams, open };
  }

  /** The side of the back end. */
  function openGateway(given: Partial<RedisSourceOptions> = {}, options: Partial<GatewayOptions> = {}) {
    const source = { url: redis().url, stream: "events", group: "g", consumer: "one", ...given };
    const gateway = new Gateway({ control: NOBODY, redis: source, ...options });
    const errors: GatewayError[] = [];
    gateway.on("error", (error) => void errors.push(error));
    onTestFinished(() => gateway.close());
    return { gateway, errors };
  }

  /** How many events were given to a back end, and not acknowledged. */
  async function pending(): Promise<number> {
    const [count] = (await redis().ask("XPENDING", "events", "g")) as [number];
    return count;
  }

  return { openStreams, openGateway, pending };
}
