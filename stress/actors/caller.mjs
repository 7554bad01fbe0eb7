import { StressClient } from "../clients.mjs";

const TIMEOUT_MS = 20_000;
const ATTEMPTS = 6;
const DISTURBED_MS = [1_000, 7_000];
const WINDOW = 8;
/** The death of a process may be noticed by a call that was made shortly after, in milliseconds. */
const AFTERMATH_MS = 1_000;
/** May come at any time on a busy machine. */
const BUSY = new Set(["TIMEOUT", "OVERLOADED"]);
const ABORTED = new Error("aborted on purpose");

/** Items of a stream. So few, one after the other, end before a process that is told to go gives up on them. */
const ITEMS = 300;
const FEW_ITEMS = 60;

/** Calls procedures: some that must not run twice, some that may, streams, and such that ask back. */
export function caller(world, random, ledger, index) {
  // nobody but the server touches its connection: what fails then is the server's doing
  const untouched = index === 1;
  const who = untouched ? "the caller that is left alone" : `caller ${index}`;
  const stress = new StressClient(world, { timeoutMs: TIMEOUT_MS, attempts: ATTEMPTS });
  const { client } = stress;
  const pending = new Set();
  let calls = 0;
  client.register("twice", (value) => value * 2);

  /** @param sensitive whether it may fail because its connection is lost */
  async function attempt(what, sensitive, make) {
    const began = performance.now();
    const { losses } = stress;
    try {
      await make();
      world.count(`${what}: answered`);
    } catch (error) {
      world.count(`${what}: ${error === ABORTED ? "aborted" : (error.code ?? error)}`);
      if (error === ABORTED || BUSY.has(error.code)) return;
      const lost = stress.losses - losses;
      const killed = world.killed(began, performance.now(), AFTERMATH_MS);
      if (error.code === "UNAVAILABLE" && (killed || lost >= ATTEMPTS || (sensitive && lost > 0 && !untouched))) return;
      const undisturbed = `and no process died (${JSON.stringify(stress.lastLoss)}): `;
      const reason = `${error.code === "UNAVAILABLE" ? undisturbed : ""}${error?.stack ?? error}`;
      world.complain(`${who}: ${what} failed after ${Math.round(performance.now() - began)} ms, ${reason}`);
    }
  }

  function once() {
    const id = `${index}.${++calls}`;
    const input = { id, ms: random.pick([0, 5, 50, 400]) };
    // now and then two at once that are one
    const [key, times] = random.chance(0.2) ? [`key ${id}`, 2] : [undefined, 1];
    const signal = random.chance(0.1) ? AbortSignal.timeout(random.between(1, 300)) : undefined;
    return Promise.all(
      Array.from({ length: times }, () =>
        attempt("calls that run once", false, async () => {
          const options = { ...(key === undefined ? {} : { key }), signal };
          const call = client.call("count", input, options).catch((error) => {
            throw signal?.aborted === true && error === signal.reason ? ABORTED : error;
          });
          ledger.answered(id, await call);
        }),
      ),
    );
  }

  function again() {
    const value = { n: ++calls, text: "x".repeat(random.pick([0, 10, 5_000])) };
    return attempt("idempotent calls", false, async () => {
      const answer = await client.call("look", value, { idempotent: true });
      if (answer?.n !== value.n || answer.text !== value.text)
        world.complain(`${who}: call ${value.n} got another answer`);
    });
  }

  function stream() {
    const input = untouched
      ? { count: random.between(0, FEW_ITEMS), ms: 10 }
      : { count: random.between(0, ITEMS), ms: random.pick([0, 0, 3]) };
    const breakAt = random.chance(0.3) ? random.between(0, input.count) : -1;
    return attempt("streams", true, async () => {
      let expected = 0;
      const items = client.stream("items", input, { window: random.pick([5, 256]) });
      for (;;) {
        const { value, done } = await items.next();
        if (done === true) {
          if (value !== input.count || expected !== input.count)
            world.complain(`${who}: a stream of ${input.count} items ended with ${value} after ${expected}`);
          return;
        }
        if (value !== expected++) world.complain(`${who}: a stream gave item ${value} where ${expected - 1} was due`);
        if (value === breakAt) {
          await items.return(undefined);
          return;
        }
      }
    });
  }

  function back() {
    const value = ++calls;
    return attempt("calls that ask back", true, async () => {
      const answer = await client.call("ask", value);
      if (answer !== value * 2) world.complain(`${who}: asked back for ${value}, the answer was ${answer}`);
    });
  }

  const disturbed = untouched ? undefined : stress.disturb(world, random.named("disturbed"), DISTURBED_MS);
  const done = world.repeat(who, async () => {
    const call = random.pick(untouched ? [once, stream, stream, back] : [once, once, once, again, stream, back])();
    pending.add(call);
    call.finally(() => pending.delete(call));
    while (pending.size >= WINDOW) await Promise.race(pending);
    await world.pause(random.between(0, 80));
  });
  return {
    who,
    get waitsFor() {
      return pending.size > 0 ? `${who} waits for ${pending.size} answers` : undefined;
    },
    stopped: Promise.all([done, disturbed]),
    close: () => stress.close(),
  };
}
