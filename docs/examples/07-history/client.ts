import { connect } from "fugitive/client";
import type { app } from "./app.ts";

const say = (line: string) => void process.stdout.write(`${line}\n`);
const url = "ws://localhost:8080";
const [shop, kitchen] = [connect<typeof app>(url), connect<typeof app>(url)];

const orders = kitchen.subscribe("orders:today", (dish) => say(`order: ${dish}`));
orders.on("gap", () => say("some orders are missing: look them up"));
await orders.ready;

await shop.publish("orders:today", "soup");
// the kitchen's connection is gone for a while
const back = new Promise((resolve) => kitchen.on("reconnected", resolve));
kitchen.reconnect();
await shop.publish("orders:today", "tea");
await back;
await shop.publish("orders:today", "cake");

await shop.publish("price:tea", 2.5);
await shop.publish("price:tea", 2.6);
const prices = kitchen.subscribe("price:tea", (price) => say(`tea is ${price}`));
await prices.ready;

const [newest] = (await kitchen.call("$history", { channel: "orders:today", limit: 1 })) as { data: string }[];
say(`the last order: ${newest?.data}`);
shop.close();
kitchen.close();
