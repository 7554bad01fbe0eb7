import type { Config } from "../config.ts";
import type { Logger } from "../logger.ts";
import { createGateway } from "./create-gateway.ts";
import type { GatewayPath, GatewayStreams } from "./gateway-streams.ts";
import type { RawNews } from "./raw-events.ts";
import { rawPaths } from "./raw-paths.ts";

/** As of WebSocket: it ended without a word. */
const LOST = 1006;

/** Tells brokers of the end of raw connections whose socket worker was killed, and can tell nothing itself. */
export class LostConnections {
  readonly #config: Config;
  readonly #log: Pick<Logger, "warn" | "info">;
  readonly #paths: ReadonlyMap<string, GatewayPath>;
  /** Made when the first ones are lost. */
  #streams: Promise<GatewayStreams | undefined> | undefined;

  constructor(config: Config, log: Pick<Logger, "warn" | "info">) {
    this.#config = config;
    this.#log = log;
    this.#paths = rawPaths(config.paths);
  }

  async tell(lost: Iterable<readonly [id: string, news: RawNews]>): Promise<void> {
    this.#streams ??= createGateway(this.#config, this.#log);
    const streams = await this.#streams;
    for (const [id, [name, tags]] of lost) {
      const path = this.#paths.get(name);
      if (path !== undefined) streams?.lost({ id, path, tags }, LOST);
    }
  }

  async close(): Promise<void> {
    await (await this.#streams)?.close();
  }
}
