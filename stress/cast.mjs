import { caller } from "./actors/caller.mjs";
import { connectionStorm, subscriptionChurn } from "./actors/churn.mjs";
import { doorkeeper } from "./actors/doorkeeper.mjs";
import { flood } from "./actors/flood.mjs";
import { follower } from "./actors/follower.mjs";
import { guest } from "./actors/guest.mjs";
import { historian } from "./actors/historian.mjs";
import { latestFollower } from "./actors/latest.mjs";
import { malformedSender } from "./actors/malformed.mjs";
import { mover } from "./actors/mover.mjs";
import { publisher } from "./actors/publisher.mjs";
import { rawFollower } from "./actors/raw-follower.mjs";
import { slowReader } from "./actors/slow-reader.mjs";
import { FOLLOWED, LATEST } from "./channels.mjs";
import { watchMemory } from "./checks/memory-watch.mjs";
import { CallLedger } from "./ledger/call-ledger.mjs";
import { ChannelLedger } from "./ledger/channel-ledger.mjs";

/** How many there are of each, of each channel where they are about one. */
const MANY = {
  publishers: 2,
  followers: 4,
  rawFollowers: 3,
  latest: 3,
  callers: 3,
  movers: 3,
  guests: 5,
  slow: 4,
  malformed: 2,
};

/** All who take part in a run, and what is known of what they did. */
export async function castOf(world) {
  const complain = (text) => world.complain(text);
  const ledgers = FOLLOWED.map(({ channel, size }) => new ChannelLedger(channel, size, complain));
  const latest = new ChannelLedger(LATEST, 1, complain);
  const calls = new CallLedger(complain);
  const actors = [flood(world, world.random.named("flood")), watchMemory(world)];

  async function add(count, name, make) {
    for (let index = 1; index <= count; index++) {
      actors.push(await make(world.random.named(`${name} ${index}`), index));
    }
  }
  for (const ledger of ledgers) {
    const { channel } = ledger;
    await add(MANY.followers, `follower ${channel}`, (random, index) => follower(world, random, ledger, index));
    await add(MANY.rawFollowers, `raw ${channel}`, (random, index) => rawFollower(world, random, ledger, index));
    await add(MANY.publishers, `publisher ${channel}`, (random, index) => publisher(world, random, ledger, index));
  }
  await add(1, "historian", (random) => historian(world, random, ledgers));
  await add(MANY.latest, "latest", (random, index) => latestFollower(world, random, latest, index));
  await add(1, "newest", (random, index) => publisher(world, random, latest, index));
  await add(MANY.callers, "caller", (random, index) => caller(world, random, calls, index));
  await add(MANY.movers, "mover", (random, index) => mover(world, random, index));
  const guests = [];
  await add(MANY.guests, "guest", (random, index) => {
    const one = guest(world, random, index);
    guests.push(one);
    return one;
  });
  await add(1, "doorkeeper", () => doorkeeper(world, guests));
  await add(MANY.slow, "slow", (random, index) => slowReader(world, random, index));
  await add(MANY.malformed, "malformed", (random, index) => malformedSender(world, random, index));
  await add(1, "storm", (random, index) => connectionStorm(world, random, index));
  await add(2, "churn", (random, index) => subscriptionChurn(world, random, index));
  return { actors, ledgers: [...ledgers, latest], calls };
}
