import { connect } from "fugitive/client";
import type { app } from "./app.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);
const client = connect<typeof app>("ws://localhost:8080/?lang=de");

say(`I am ${JSON.stringify(await client.call("whoami"))}.`);
const heard = new Promise((resolve) => client.on("direct", resolve));
say(`I hear: ${await heard}`);
client.close();
