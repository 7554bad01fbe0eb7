import { StressClient } from "../clients.mjs";

/** Long: a publication that is not acknowledged in time is no failure of the server, but tells little. */
const TIMEOUT_MS = 30_000;
const DISTURBED_MS = [2_000, 9_000];
/** So many may be on their way. */
const WINDOW = 20;
/** What may keep a publication from being acknowledged, where nobody has done anything wrong. */
const LEGITIMATE = new Set(["TIMEOUT", "OVERLOADED"]);

/** Publishes to one channel, over whatever becomes of its connection, some alone and some before the last is acknowledged. */
export function publisher(world, random, ledger, index) {
  const who = `publisher ${index} of ${ledger.channel}`;
  const stress = new StressClient(world, { timeoutMs: TIMEOUT_MS });
  const { client } = stress;
  const pending = new Set();
  let n = 0;

  async function publish(data) {
    const began = performance.now();
    const { careless } = data;
    const lossesBefore = stress.losses;
    try {
      if (careless) await client.publish(ledger.channel, data, { acknowledge: false });
      else {
        const { offset } = await client.publish(ledger.channel, data);
        ledger.acknowledged(data, offset);
        world.count("publications acknowledged");
      }
    } catch (error) {
      world.count(`publications failed: ${error.code ?? error}`);
      const lost = careless && stress.losses > lossesBefore;
      if (LEGITIMATE.has(error.code) || lost) return;
      const ms = Math.round(performance.now() - began);
      world.complain(`${who}: publication ${data.n} failed after ${ms} ms: ${error?.stack ?? error}`);
    }
  }

  const disturbed = stress.disturb(world, random.named("disturbed"), DISTURBED_MS);
  const done = world.repeat(who, async () => {
    for (let burst = random.chance(0.2) ? random.between(2, WINDOW) : 1; burst > 0; burst--) {
      const pad = "x".repeat(random.pick([0, 0, 0, 50, 3_000]));
      // without an answer nobody knows when to try again, so that this one may get lost with its connection
      const publication = publish({ by: who, n: ++n, pad, careless: random.chance(0.05) });
      pending.add(publication);
      void publication.finally(() => pending.delete(publication));
    }
    while (pending.size >= WINDOW) await Promise.race(pending);
    await world.pause(random.between(0, 60));
  });
  return {
    who,
    get waitsFor() {
      return pending.size > 0 ? `${who} waits for ${pending.size} acknowledgements` : undefined;
    },
    stopped: Promise.all([done, disturbed]),
    close: () => stress.close(),
  };
}

/** Has one last publication acknowledged on each channel, so that it is known where these end. */
export async function lastWords(world, ledgers) {
  const { client } = new StressClient(world);
  try {
    for (const ledger of ledgers) {
      const data = { by: "the last word", n: 1 };
      const { offset } = await client.publish(ledger.channel, data, { timeoutMs: TIMEOUT_MS });
      ledger.acknowledged(data, offset);
    }
  } catch (error) {
    world.complain(`nobody harms anything any more, and yet the last publication failed: ${error?.stack ?? error}`);
  } finally {
    client.close();
  }
}
