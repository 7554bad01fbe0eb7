import { connect } from "fugitive/client";
import type { app } from "./app.ts";

const client = connect<typeof app>("ws://localhost:8080");

for await (const { number, primes } of client.stream("primes.count", 3_000_000)) {
  process.stdout.write(`${primes} primes up to ${number}\n`);
}
const all = await client.call("primes.count", 10_000_000); // number: what was yielded is left out
process.stdout.write(`${all} primes up to 10000000\n`);
client.close();
