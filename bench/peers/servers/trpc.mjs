// tRPC over WebSockets, as its documentation sets it up.
import { initTRPC } from "@trpc/server";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { WebSocketServer } from "ws";
import { report } from "../../lib/report-usage.mjs";

const trpc = initTRPC.create();
const router = trpc.router({
  add: trpc.procedure.input((input) => input).query(({ input: { x, y } }) => x + y),
  echo: trpc.procedure.input((input) => input).query(({ input }) => input),
});
const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
applyWSSHandler({ wss: server, router });
server.on("listening", () => report(server.address().port));
