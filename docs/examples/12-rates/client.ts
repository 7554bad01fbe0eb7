import { type AppError, connect } from "fugitive/client";
import type { app } from "./app.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);
const client = connect<typeof app>("ws://localhost:8080");
client.on("call", ({ procedure, attempts }) => say(`${procedure} took ${attempts === 1 ? "one attempt" : "more"}`));

/** Whoever wants to know at once says that one attempt is enough. */
const once = { attempts: 1 };
for (const password of ["1234", "secret", "ann"]) await client.call("login", password, once);
await client.call("login", "qwertz", once).catch(({ code, details }: AppError) => {
  const { retryAfterMs } = details as { retryAfterMs: number };
  say(`${code}, another one in ${Math.round(retryAfterMs / 10_000) * 10} s`);
});

// by itself the client waits for as long as it is told, and tries again
for (const what of ["a boot", "a hat", "a scarf"]) say(await client.call("search", what));

await client.publish("chat:lobby", "Hello!");
await client.publish("chat:lobby", "Hello!!").catch(({ code }: AppError) => say(code));
client.close();
