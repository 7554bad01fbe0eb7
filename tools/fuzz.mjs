// `npm run fuzz`: builds where needed, serves, and attacks that in every way there is. Fails where anybody but the attackers
// notices. docs/FUZZ.md says what is done, and what is looked at.
import { seededRun } from "./seeded-run.mjs";

const HELP = `npm run fuzz [-- flags]

  --seed TEXT     what everything is drawn from; the same is drawn again
                  [FUZZ_SEED, or by chance]
  --seconds N     how long the attacks last, all together [60]
  --workers N     socket workers [2]
  --only TEXT     only attacks whose names have this in them
  --log FILE      writes the server's log to a file
  --quiet         tells nothing but the seed and what is wrong
  --help          this text

It attacks servers of its own on loopback, and nobody else. Ends with 0 where
nobody but the attackers noticed, with 1 where something was wrong, and with 130
after Ctrl-C, which ends a run early; a second one ends it at once.`;

await seededRun({
  name: "fuzz",
  help: HELP,
  workers: "2",
  more: { only: "" },
  seed: process.env.FUZZ_SEED,
  load: () => import("../fuzz/run.mjs"),
  wrong: "WRONG",
  verdict: (wrong, took) => (wrong > 0 ? `${wrong} things were wrong` : `nobody but the attackers noticed, in ${took}`),
});
