import { type AppError, connect, definePlugin } from "fugitive/client";
import type { app } from "./app.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);

/** Counts what passes, and says so at the end. */
const counting = definePlugin({
  name: "counting",
  setup({ use, on }) {
    let [sent, received] = [0, 0];
    use({ onSend: () => void sent++, onReceive: () => void received++ });
    on("call", ({ procedure, attempts }) => say(`${procedure} is over, attempts: ${attempts}`));
    return () => say(`${sent} sent, ${received} received`);
  },
});

const client = connect<typeof app>("ws://localhost:8080", { plugins: [counting] });
const audit = client.subscribe("audit");
await audit.ready;

say(await client.call("search", "boots"));
say(await client.call("search", "boots"));
await client.call("broken").catch(({ code }: AppError) => say(code));

let heard = 0;
for await (const { data } of audit) {
  say(`audit, ${data}`);
  if (++heard === 3) break;
}
client.close();
