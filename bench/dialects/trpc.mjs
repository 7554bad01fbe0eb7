import { textFrame } from "../lib/raw-client.mjs";

const query = (id, path, input) => textFrame(JSON.stringify({ id, method: "query", params: { path, input } }));

/** What tRPC's WebSocket link sends. */
export const TRPC = {
  pong: textFrame("PONG"),
  call: (id = 1) => query(id, "add", { x: 1, y: 6 }),
  invoke: (procedure, input) => query(1, procedure, input),
};
