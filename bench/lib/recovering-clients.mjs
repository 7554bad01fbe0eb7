// Clients of Fugitive that follow a channel with a history. Runs for whoever forked it.
import { connect } from "../../dist/client/node.js";
import { follow } from "./followers.mjs";

/** What is told of a connection that ended without a word. */
const BROKEN = 1006;

const [port, channel, count] = process.argv.slice(2);

await follow(Number(count), async (index, followers) => {
  const client = connect(`ws://127.0.0.1:${port}`);
  const subscription = client.subscribe(channel, (publication) => followers.heard(index, publication));
  // those that are moved for balance afterwards were asked to
  client.on("disconnected", ({ code }) => {
    if (code === BROKEN) followers.lost(index);
  });
  subscription.on("state", (state) => {
    if (state === "subscribed") followers.subscribed(index);
  });
  await subscription.ready;
});
