import { BARE, FUGITIVE } from "./fugitive.mjs";
import { HAND_WRITTEN } from "./hand-written.mjs";
import { SOCKET_CLUSTER } from "./socket-cluster.mjs";
import { SOCKET_IO, SOCKET_IO_MSGPACK } from "./socket-io.mjs";
import { TRPC } from "./trpc.mjs";

/** How each kind of server speaks, by a name that can be told to another process. */
export const DIALECTS = { FUGITIVE, BARE, HAND_WRITTEN, SOCKET_IO, SOCKET_IO_MSGPACK, SOCKET_CLUSTER, TRPC };
