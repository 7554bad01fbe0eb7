import { BARE, FUGITIVE } from "./fugitive.mjs";
import { HAND_WRITTEN } from "./hand-written.mjs";
import { SOCKET_CLUSTER } from "./socket-cluster.mjs";
import { SOCKET_IO, SOCKET_IO_MSGPACK } from "./socket-io.mjs";
import { TRPC } from "./trpc.mjs";

/** What publishes so often, as one write: as one frame where the dialect has one for that. */
export function publicationsOf(dialect, channel, data, count) {
  const each = () => Buffer.concat(Array.from({ length: count }, () => dialect.publish(channel, data)));
  return dialect.publications?.(channel, data, count) ?? each();
}

/** How each kind of server speaks, by a name that can be told to another process. */
export const DIALECTS = { FUGITIVE, BARE, HAND_WRITTEN, SOCKET_IO, SOCKET_IO_MSGPACK, SOCKET_CLUSTER, TRPC };
