import { connect } from "fugitive/client";
import type { app } from "./app.ts";

const say = (line: unknown) => void process.stdout.write(`${line}\n`);
const url = "ws://localhost:8080";
// auth: { token }
const ann = connect<typeof app>(url, { token: "token-of-ann" });
const bob = connect<typeof app>(url, { token: "token-of-bob" });

// socket.emit("join", "lobby", …)
const lobby = bob.subscribe("room:lobby");
await lobby.ready;
// await socket.timeout(5_000).emitWithAck("message", "lobby", "Hello!")
say(`${await ann.call("message", { room: "lobby", text: "Hello!" }, { timeoutMs: 5_000 })} characters`);

// what is said while a connection is away comes afterwards
const back = new Promise((resolve) => bob.on("reconnected", resolve));
bob.reconnect();
await ann.call("message", { room: "lobby", text: "Are you there?" });
await back;
// socket.on("message", …), or with a callback given to subscribe
for await (const { data } of lobby) {
  say(`${data.from}: ${data.text}`);
  if (data.text === "Are you there?") break;
}

// socket.on("whisper", …), whichever of bob's connections
const whisper = new Promise((resolve) => bob.on("direct", resolve));
say(`on ${await ann.call("whisper", { to: "bob", text: "Psst." })} connection`);
say(await whisper);

// socket.emit("typing", "lobby"), without an acknowledgement
const typing = bob.subscribe("typing:lobby");
await typing.ready;
ann.notify("typing", "lobby");
for await (const { data } of typing) {
  say(`${data} is typing`);
  break;
}
ann.close();
bob.close();
