// `npm run stress`: builds where needed, serves, and has everything happen to that at once. Fails where a promise of the
// server's is broken. docs/STRESS.md says what is looked at.
import { seededRun } from "./seeded-run.mjs";

const HELP = `npm run stress [-- flags]

  --seed TEXT     what everything is drawn from; the same is drawn again
                  [by chance]
  --seconds N     how long it lasts, calming down not included [60]
  --workers N     socket workers [3]
  --log FILE      writes the server's log to a file
  --quiet         tells nothing but the seed and what is wrong
  --help          this text

Ends with 0 where all promises were kept, with 1 where one was broken, and with
130 after Ctrl-C, which ends a run early; a second one ends it at once.`;

await seededRun({
  name: "stress",
  help: HELP,
  workers: "3",
  load: () => import("../stress/run.mjs"),
  wrong: "BROKEN",
  verdict: (broken, took) => (broken > 0 ? `${broken} broken promises` : `all promises were kept in ${took}`),
});
