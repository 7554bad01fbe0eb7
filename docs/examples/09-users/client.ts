import { type AppError, connect } from "fugitive/client";
import type { app } from "./app.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);
const refused = ({ code }: AppError) => say(code);
const url = "ws://localhost:8080";
const ann = connect<typeof app>(url, { token: "token-of-ann" });
const bob = connect<typeof app>(url, { token: "token-of-bob" });

say(`I am ${await ann.call("whoami")}.`);
const heard = new Promise((resolve) => ann.on("direct", resolve));
say(`Bob is heard on ${await bob.call("praise", "ann")} connection.`);
say(`Ann hears: ${await heard}.`);

await ann.subscribe("user:ann#todo", () => {}).ready;
await ann.subscribe("user:bob#todo", () => {}).ready.catch(refused);
await ann.subscribe("room:cellar", () => {}).ready.catch(refused);
await ann.call("fire", "bob").catch(refused);

const gone = new Promise((resolve) => ann.on("disconnected", resolve));
say(`Sessions that end: ${await bob.call("fire", "ann")}.`);
await gone;
// a token that is a string is the only one there is
await ann.call("whoami").catch(refused);
bob.close();
