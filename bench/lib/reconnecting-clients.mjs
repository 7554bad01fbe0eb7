// Many clients of one server in one process, which notes when each was welcomed. Runs for whoever forked it.
import { connect } from "../../dist/client/node.js";

const AT_ONCE = 100;

const [url, count] = process.argv.slice(2);
/** When each was welcomed last, by the wall clock. */
const welcomedAt = new Float64Array(Number(count));

function open(index) {
  const client = connect(url);
  client.on("welcome", () => {
    welcomedAt[index] = Date.now();
  });
  return new Promise((resolve) => {
    client.on("welcome", resolve);
  });
}

for (let index = 0; index < welcomedAt.length; index += AT_ONCE) {
  const batch = Math.min(AT_ONCE, welcomedAt.length - index);
  await Promise.all(Array.from({ length: batch }, (_, offset) => open(index + offset)));
}
process.on("message", (since) => process.send([...welcomedAt].filter((at) => at >= since)));
process.on("disconnect", () => process.exit());
process.send("ready");
