// Many subscribers of one topic, in a process of their own. Runs for whoever forked it, with the name of a dialect, a port,
// a topic and how many.
import { DIALECTS } from "../dialects/index.mjs";
import { openPeer } from "./open-peer.mjs";

const AT_ONCE = 50;

const [name, port, topic, count] = process.argv.slice(2);
const dialect = DIALECTS[name];
let subscribed = 0;
let arrived = 0;
let wanted = Number.POSITIVE_INFINITY;

function tell() {
  if (arrived < wanted) return;
  wanted = Number.POSITIVE_INFINITY;
  process.send({ arrived });
}

async function subscribe() {
  let heard;
  const ready = new Promise((resolve) => {
    heard = resolve;
  });
  let open = false;
  const socket = await openPeer(dialect, Number(port), () => {
    if (open) {
      arrived++;
      tell();
      return;
    }
    open = true;
    subscribed++;
    heard();
  });
  socket.on("close", () => process.send({ lost: true }));
  socket.write(dialect.subscribe(topic));
  await ready;
}

process.on("message", (message) => {
  wanted = message.wanted;
  tell();
});
process.on("disconnect", () => process.exit());
while (subscribed < Number(count)) {
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, Number(count) - subscribed) }, subscribe));
}
process.send({ ready: true });
