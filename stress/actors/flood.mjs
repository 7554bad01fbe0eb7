import { FLOODS } from "../channels.mjs";
import { StressClient } from "../clients.mjs";

/** Bytes of a publication as JSON, which is not deflated, and of the chance in it. */
const BYTES = 128_000;
const CHANCE = 1_600;
const EVERY_MS = 25;
/** How late the slowest of a hundred publications may be, in milliseconds: generous, as all processes share a machine. */
const LATE_MS = 8_000;
const ENOUGH = 100;
const LATE_PART = 0.99;

/** Publishes more than slow readers may keep unread, and watches how long it takes to reach one who reads. */
export function flood(world, random) {
  const who = "the flood";
  const source = new StressClient(world);
  const reader = new StressClient(world);
  const lateness = [];
  const seen = new Set();
  let n = 0;
  for (const channel of FLOODS) {
    reader.client.subscribe(channel, (data) => {
      if (seen.has(data.n)) world.complain(`${who}: publication ${data.n} of ${channel} came twice`);
      seen.add(data.n);
      lateness.push(performance.now() - data.at);
    });
  }
  const done = world.repeat(who, async () => {
    const channel = random.chance(0.5) ? FLOODS[0] : random.pick(FLOODS);
    const pad = random.bytes(CHANCE).toString("hex");
    const data = { n: ++n, at: performance.now(), pad: pad.repeat(BYTES / pad.length) };
    // who has no answer to wait for cannot try again
    await source.client.publish(channel, data, { acknowledge: false }).then(
      () => world.count(`flood: bytes on ${channel}`, BYTES),
      () => undefined,
    );
    await world.pause(EVERY_MS);
  });
  return {
    who,
    waitsFor: undefined,
    stopped: done,
    close() {
      source.close();
      reader.close();
    },
    check() {
      lateness.sort((a, b) => a - b);
      const late = lateness[Math.floor(lateness.length * LATE_PART)] ?? 0;
      world.count("flood: publications read", lateness.length);
      world.count("flood: the slowest of a hundred, ms", Math.round(late));
      if (lateness.length >= ENOUGH && late > LATE_MS)
        world.complain(`slow readers hold others up: one of a hundred publications took ${Math.round(late)} ms`);
    },
  };
}
