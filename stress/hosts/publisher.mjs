import { CHANNEL } from "./rules.mjs";
import { SessionClient } from "./session-client.mjs";

const [ERROR, ACK, PUBLISH] = [4, 5, 11];
const PAUSE_MS = [5, 60];
/** What it may be told where nobody has done anything wrong: then it is published, or it is not. */
const LEGITIMATE = new Set(["UNAVAILABLE", "OVERLOADED", "TIMEOUT"]);

/** Publishes, one after the other, and notes what is acknowledged. It publishes nothing again: of what is lost, nobody knows. */
export function publisher(world, random, ledger, index) {
  const who = `publisher ${index}`;
  let n = 0;
  let waiting;

  const client = new SessionClient(world, random.named("client"), who, {
    welcomed() {
      waiting?.done("connection lost");
    },
    receive([kind, id, ...rest]) {
      if (id !== waiting?.data.n) return;
      if (kind === ACK) {
        ledger.acknowledged(waiting.data, rest[0]?.offset);
        waiting.done("acknowledged");
      } else if (kind === ERROR) {
        if (!LEGITIMATE.has(rest[0])) world.complain(`${who} got ERROR ${rest.join(" ")}`);
        waiting.done(rest[0]);
      }
    },
  });

  async function publish(data) {
    const outcome = new Promise((resolve) => {
      waiting = { data, done: resolve };
    });
    if (!client.send([PUBLISH, data.n, CHANNEL, data])) waiting.done("not sent");
    const what = await outcome;
    waiting = undefined;
    world.count(what === "acknowledged" ? "publications acknowledged" : `publications unsure: ${what}`);
    return what;
  }

  const done = world.repeat(who, async () => {
    await world.pause(random.between(...PAUSE_MS));
    if (client.connected) await publish({ by: who, n: ++n });
  });
  return {
    who,
    get ready() {
      return client.connected;
    },
    get waitsFor() {
      return client.connected ? undefined : `${who} is welcome nowhere`;
    },
    stopped: done,
    /** So that it is known where the channel ends. */
    async again() {
      const what = await publish({ by: who, n: ++n });
      if (what !== "acknowledged")
        world.complain(`nobody harms anything any more, and yet a publication ended in: ${what}`);
    },
    close: () => client.close(),
  };
}
