import { StressClient } from "../clients.mjs";
import { Track } from "../ledger/track.mjs";

const DISTURBED_MS = [1_500, 8_000];

/** Follows a channel with the project's own client, which recovers by itself. Some leave now and then, and come back. */
export function follower(world, random, ledger, index) {
  const returns = random.chance(0.3);
  const who = `follower ${index} of ${ledger.channel}${returns ? ", who leaves and returns," : ""}`;
  const stress = new StressClient(world);
  const complain = (text) => world.complain(`${text}; its last messages:\n    ${stress.story}`);
  const track = new Track(ledger, who, complain);
  let subscription = subscribe(undefined);

  function subscribe(since) {
    const made = stress.client.subscribe(
      ledger.channel,
      (data, { offset }) => {
        world.count("publications followed");
        track.event(data, offset);
      },
      { since },
    );
    made.on("gap", ({ since: from, until }) => {
      world.count("gaps told");
      track.gap(from, until);
    });
    made.on("state", (state, { info, error }) => {
      if (state === "subscribed" && track.at === undefined) track.begin(info.epoch, info.offset);
      if (state === "unsubscribed" && error !== undefined)
        world.complain(`${who}: the subscription ended: ${error?.stack ?? error}`);
    });
    return made;
  }

  const disturbed = stress.disturb(world, random.named("disturbed"), DISTURBED_MS);
  const returning = world.repeat(who, async () => {
    await world.pause(returns ? random.between(1_000, 5_000) : 60_000);
    // where nobody knows yet where it stands, it would begin elsewhere
    if (world.stopping || !returns || subscription.position === undefined) return;
    const { position } = subscription;
    subscription.unsubscribe();
    await world.pause(random.pick([0, 0, random.between(0, 1_500)]));
    subscription = subscribe(position);
  });
  return {
    who,
    get waitsFor() {
      return track.missing;
    },
    stopped: Promise.all([disturbed, returning]),
    close: () => stress.close(),
  };
}
