import { connect } from "fugitive/client";
import type { app } from "./app.ts";

interface Chess {
  procedures: { move: (move: string) => boolean };
  events: { chat: string };
  info: { name: string };
}

const client = connect<typeof app>(location.origin);
const log = (line: string) => document.body.append(line, document.createElement("br"));

// what the other one may call; it may send anything
client.peers.register("move", (move) => typeof move === "string" && /^[a-h][1-8][a-h][1-8]$/.test(move));

await client.call("login", `Player ${Math.ceil(Math.random() * 1_000)}`);
const seek = await client.peers.seek<Chess>({ context: "chess", tags: ["blitz"] });
const peer = await seek.next();

// from here on the server may go
peer.listen("chat", (text) => log(`${peer.info.name}: ${text}`));
peer.on("state", (state) => log(`The connection is ${state}.`));
peer.emit("chat", "Good luck!");
log((await peer.call("move", "e2e4")) ? "e2e4 it is." : "That was no move.");
