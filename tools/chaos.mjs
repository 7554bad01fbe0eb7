// `npm run chaos`: builds where needed, serves from two hosts, with remote workers and brokers of its own, and kills all of
// it in turn while clients call and publish. Fails where a promise is broken. docs/STRESS.md says what is looked at.
import { seededRun } from "./seeded-run.mjs";

const HELP = `npm run chaos [-- flags]

  --seed TEXT     what everything is drawn from; the same is drawn again
                  [by chance]
  --seconds N     how long it lasts, calming down not included; at least until
                  everything was killed once [60]
  --workers N     socket workers of each host [1]
  --queue TEXT    who has the jobs: rabbitmq, or redis [rabbitmq]
  --log FILE      writes the logs of all to a file
  --quiet         tells nothing but the seed and what is wrong
  --help          this text

Ends with 0 where all promises were kept, with 1 where one was broken, and with
130 after Ctrl-C, which ends a run early; a second one ends it at once.`;

await seededRun({
  name: "chaos",
  help: HELP,
  workers: "1",
  more: { queue: "rabbitmq" },
  problem: ({ queue }) => (["rabbitmq", "redis"].includes(queue) ? undefined : "--queue must be rabbitmq or redis."),
  load: () => import("../stress/hosts/run.mjs"),
  wrong: "BROKEN",
  verdict: (broken, took) => (broken > 0 ? `${broken} broken promises` : `all promises were kept in ${took}`),
});
