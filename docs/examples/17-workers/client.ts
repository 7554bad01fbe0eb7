import { connect } from "fugitive/client";
import type { app } from "./app.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);
const client = connect<typeof app>("ws://localhost:8080");
const counts = client.subscribe("counts");
await counts.ready;

const input = { text: "a rose is a rose is a rose", word: "rose" };
const count = await client.call("text.count", input, {
  acknowledged: ({ job }) => say(`the queue has it, as job ${job?.slice(0, 4)}…`),
  progress: (data) => say(`the worker says ${JSON.stringify(data)}`),
  answerMs: 60_000,
});
say(`${count} roses`);

// what the worker has told everybody
for await (const { data } of counts) {
  say(`everybody hears of ${(data as { count: number }).count}`);
  break;
}
client.close();
