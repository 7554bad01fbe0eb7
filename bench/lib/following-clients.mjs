// Many clients that follow one channel of numbers, in one process. Runs for whoever forked it.
import { connect } from "../../dist/client/node.js";

const AT_ONCE = 100;
/** What is told of a connection that ended without a word. */
const BROKEN = 1006;

const [url, channel, count] = process.argv.slice(2);
/** When each was subscribed again after its connection broke, having recovered what it missed, by the wall clock. */
const recoveredAt = new Float64Array(Number(count));
/** The last number that each got; what did not follow from the one before it is counted. */
const last = new Float64Array(recoveredAt.length);
let wrong = 0;

async function open(index) {
  const client = connect(url);
  const subscription = client.subscribe(channel, (number) => {
    if (last[index] !== 0 && number !== last[index] + 1) wrong++;
    last[index] = number;
  });
  subscription.on("gap", () => wrong++);
  // those that are moved for balance afterwards have lost nothing
  client.on("disconnected", ({ code }) => {
    if (code === BROKEN) recoveredAt[index] = 0;
  });
  subscription.on("state", (_, { info }) => {
    const back = info?.recovered === true && client.welcome?.resumed === true;
    if (back && recoveredAt[index] === 0) recoveredAt[index] = Date.now();
  });
  await subscription.ready;
}

for (let index = 0; index < recoveredAt.length; index += AT_ONCE) {
  const batch = Math.min(AT_ONCE, recoveredAt.length - index);
  await Promise.all(Array.from({ length: batch }, (_, offset) => open(index + offset)));
}
process.on("message", ({ since, newest }) => {
  const behind = last.filter((number) => number !== newest).length;
  process.send({ back: [...recoveredAt].filter((at) => at >= since), wrong, behind });
});
process.on("disconnect", () => process.exit());
process.send("ready");
