import { connect, story } from "fugitive/client";
import type { app } from "./app.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);
const client = connect<typeof app>("ws://localhost:8080", { plugins: [story(say)] });

// what the server may call
client.register("confirm", (question: string) => {
  say(`${question} Yes.`);
  return true;
});

await client.call("login", "Ann");
say(await client.call("order", "soup"));

// another connection, perhaps to another process: the session is the same, and the server still knows who it is
client.reconnect();
say(await client.call("order", "tea"));
client.close();
