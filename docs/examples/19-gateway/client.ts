import { once } from "node:events";
import { WebSocket } from "ws"; // browsers have one of their own

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Somebody who is in the lobby. */
async function enter() {
  const socket = new WebSocket("ws://localhost:8080/chat");
  const [welcome] = await once(socket, "message");
  say(String(welcome));
  return socket;
}

const [ann, bob] = [await enter(), await enter()];
ann.send("Good morning!");
const [heard] = await once(bob, "message");
say(String(heard).replace(/^.*?:/, "Ann, by the id of her connection:"));
ann.close();
bob.close();
