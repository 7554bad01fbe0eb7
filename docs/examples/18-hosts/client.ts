import { connect, type PresenceMember } from "fugitive/client";
import type { app } from "./app.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);
// a balancer in front would choose
const ann = connect<typeof app>("ws://localhost:8080");
const bob = connect<typeof app>("ws://localhost:8090");
await Promise.all([ann.call("login", "Ann"), bob.call("login", "Bob")]);

const room = ann.subscribe("room:5");
await room.ready;
await bob.subscribe("room:5", () => {}).ready;
const members = (await ann.call("$presence", "room:5")) as PresenceMember[];
say(`there are ${members.map(({ user }) => user).join(" and ")}`);

await bob.publish("room:5", "Hello from the other host");
for await (const { data } of room) {
  say(`Ann reads: ${data}`);
  break;
}

const heard = new Promise((resolve) => bob.on("direct", resolve));
say(`${await ann.call("greet", "Bob")} connection of Bob's`);
say(`Bob hears: ${await heard}`);
ann.close();
bob.close();
