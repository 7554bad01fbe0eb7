import { createJsonCodec } from "../../shared/json-codec.ts";
import { createMsgpackCodec } from "../../shared/msgpack-codec.ts";
import type { Config } from "../config.ts";
import { Connection } from "../connection/connection.ts";
import type { ConnectionServices } from "../connection/connection-services.ts";
import type { MeteredInflate } from "../connection/metered-inflate.ts";
import { RawConnection, type RawServices } from "../gateway/raw-connection.ts";
import type { Socket, UpgradeRequest } from "../transport/transport.ts";

export interface PathServicesOptions {
  readonly config: Pick<Config, "paths" | "maxDepth" | "maxElements" | "deflateThreshold">;
  /** What holds where a path says nothing else. */
  readonly services: ConnectionServices;
  readonly deflate: MeteredInflate;
  readonly raw: RawServices;
}

export type CreateConnection = (id: string, socket: Socket, request: UpgradeRequest, binary: boolean) => Connection;

/** Prepares the making of connections: all of a path share what it has of its own. */
export function connectionMaker({ config, services, deflate, raw }: PathServicesOptions): CreateConnection {
  const ofPath = new Map(
    config.paths.map(({ path, mode, maxPayload = services.maxPayload }) => {
      if (maxPayload === services.maxPayload) return [path, { mode, own: services }] as const;
      return [path, { mode, own: { ...services, ...codecsFor(maxPayload, config, deflate) } }] as const;
    }),
  );
  return (id, socket, request, binary) => {
    const found = ofPath.get(request.path);
    if (found?.mode === "raw") return new RawConnection(id, socket, request, found.own, raw);
    return new Connection(id, socket, request, binary, found?.own ?? services);
  };
}

/** What decodes messages of up to so many bytes, and encodes. */
export function codecsFor(
  maxPayload: number,
  config: Pick<Config, "maxDepth" | "maxElements" | "deflateThreshold">,
  deflate: MeteredInflate,
) {
  const budget = { ...config, maxPayload };
  return { msgpack: createMsgpackCodec({ ...config, deflate, budget }), json: createJsonCodec(budget), maxPayload };
}

/** The largest message that any path takes, in bytes: what the transport has to let through. */
export function largestPayload({ maxPayload, paths }: Pick<Config, "paths" | "maxPayload">): number {
  return Math.max(maxPayload, ...paths.map((path) => path.maxPayload ?? 0));
}
