import { textFrame } from "../lib/text-frame.mjs";

/** What tRPC's WebSocket link sends. */
export const TRPC = {
  pong: textFrame("PONG"),
  call: (id = 1) => textFrame(JSON.stringify({ id, method: "query", params: { path: "add", input: { x: 1, y: 6 } } })),
};
