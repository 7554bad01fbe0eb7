import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "fugitive/client";
import type { app } from "./app.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);
const client = connect<typeof app>("ws://localhost:8080");

for await (const square of client.stream("squares", 3)) say(`${square}`);

// a slow reader: the server makes one more than the window holds, and waits
for await (const square of client.stream("squares", 1_000_000, { window: 4 })) {
  if (square < 100) continue;
  await sleep(100);
  const { made } = await client.call("last");
  say(`${square} is read, and ${made - 10 <= 5 ? "five more at most" : "too many"} are made`);
  break; // which cancels it at the server
}
const { ended } = await client.call("last");
say(`the server ${ended ? "has stopped" : "goes on"}`);

// what the server may read here, by its own pace as well
client.register("lines", function* () {
  for (let line = 0; line < 1_000; line++) yield "a line";
});
say(`${await client.call("upload")} bytes`);
client.close();
