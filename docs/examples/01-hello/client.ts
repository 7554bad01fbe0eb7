import { connect } from "fugitive/client";
import type { app } from "./app.ts";

const client = connect<typeof app>("ws://localhost:8080");
client.subscribe("chat:lobby", ({ from, text }) => process.stdout.write(`${from}: ${text}\n`));

const text = await client.call("hello", "Ann"); // string
const seven = await client.methods.math.add({ x: 1, y: 6 }); // number
await client.publish("chat:lobby", { from: "the other side", text: `${text} ${seven}` });
