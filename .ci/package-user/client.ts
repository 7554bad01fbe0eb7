import { AppError, connect } from "fugitive/client";
import type { app } from "./app.ts";

const client = connect<typeof app>(process.argv[2] ?? "");
const heard = new Promise<string>((resolve) => {
  client.subscribe("chat:here", ({ text }) => resolve(text));
});
const seven: number = await client.methods.math.add({ x: 1, y: 6 });
const hello: string = await client.call("hello", { name: "Ann" });
const count: number = await client.call("count", 100);
await client.publish("chat:here", { text: "heard" });
// what the application does not have is found out by the compiler, and by the server
// @ts-expect-error
const error: unknown = await client.call("nothing").catch((reason) => reason);
// @ts-expect-error
const invalid: unknown = await client.call("hello", { name: 5 }).catch((reason) => reason);
const codes = [error, invalid].map((one) => (one instanceof AppError ? one.code : one));
process.stdout.write(`${JSON.stringify([seven, hello, count, await heard, codes])}\n`);
client.close();
