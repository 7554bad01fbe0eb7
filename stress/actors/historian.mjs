import { StressClient } from "../clients.mjs";

const ATTEMPTS = 6;
/** What may come of the server's processes being killed. */
const LEGITIMATE = new Set(["UNAVAILABLE", "TIMEOUT", "OVERLOADED"]);
const MOST_PAGES = 5;

/** Reads backwards what channels keep: without a hole, and the same as others were sent. */
export function historian(world, random, ledgers) {
  const who = "the historian";
  const { client } = new StressClient(world, { attempts: ATTEMPTS });

  async function read(ledger) {
    const { channel, size } = ledger;
    const limit = random.between(1, 300);
    let before;
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const page = await client.call("$history", { channel, limit, before }, { idempotent: true });
      if (page.length > Math.min(limit, size))
        world.complain(`${who} asked for ${limit} of ${channel}, and got ${page.length}`);
      for (const [index, { offset, data }] of page.entries()) {
        if (offset !== page[0].offset + index)
          world.complain(`${who}: ${channel} has offset ${offset} where ${page[0].offset + index} was due`);
        ledger.seen(data, offset, who);
      }
      const last = page.at(-1)?.offset;
      // of a channel that keeps few, those before may be gone by the time they are asked for
      if (before !== undefined && last !== undefined && last !== before - 1)
        world.complain(`${who}: before offset ${before} of ${channel} comes ${last}`);
      before = page[0]?.offset;
      if (before === undefined || before === 1) return;
    }
  }

  const done = world.repeat(who, async () => {
    await read(random.pick(ledgers)).then(
      () => world.count("histories read"),
      (error) => {
        if (!LEGITIMATE.has(error.code)) throw error;
      },
    );
    await world.pause(random.between(50, 500));
  });
  return { who, waitsFor: undefined, stopped: done, close: () => client.close() };
}
