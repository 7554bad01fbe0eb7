import { StressClient } from "../clients.mjs";

const DISTURBED_MS = [1_500, 8_000];

/** Follows a channel of which only the newest publication counts. */
export function latestFollower(world, random, ledger, index) {
  const who = `follower ${index} of ${ledger.channel}`;
  const stress = new StressClient(world);
  let at = 0;
  let subscription = subscribe();

  function subscribe() {
    const made = stress.client.subscribe(ledger.channel, (data, { offset }) => {
      world.count("newest values taken");
      if (offset <= at) world.complain(`${who} got offset ${offset} after offset ${at}`);
      at = offset;
      ledger.seen(data, offset, who);
    });
    made.on("gap", () => world.complain(`${who} was told of a gap, although only the newest value counts`));
    return made;
  }

  return {
    who,
    get waitsFor() {
      return at === ledger.top ? undefined : `${who} has offset ${at}, and the newest is ${ledger.top}`;
    },
    stopped: stress.disturb(world, random.named("disturbed"), DISTURBED_MS),
    /** Comes as one who knows nothing, while nobody publishes. */
    again() {
      subscription.unsubscribe();
      at = 0;
      subscription = subscribe();
    },
    close: () => stress.close(),
  };
}
