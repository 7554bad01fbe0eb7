import { createCompactCodec } from "../compact-codec.ts";
import { createMsgpackCodec } from "../msgpack-codec.ts";

/** The codecs of `fugitive.v1.msgpack`: the server's and the page's. What holds for one has to hold for the other. */
export const MSGPACK_CODECS = [
  ["msgpackr", createMsgpackCodec],
  ["compact", createCompactCodec],
] as const;
