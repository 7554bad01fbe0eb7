import { setTimeout as sleep } from "node:timers/promises";
import { replCommand } from "../definition.ts";
import { LineError } from "../line-error.ts";

const LONGEST_S = 86_400;

export const wait = replCommand({
  usage: "SECONDS",
  summary: "does nothing for so long: a script that subscribes can wait for publications",
  parameters: {
    seconds: {
      kind: "nothing" as const,
      optional: false,
      take: (words) => words.next(),
      read(text: string) {
        const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
        if (seconds <= LONGEST_S) return seconds;
        throw new LineError(`expected seconds up to ${LONGEST_S}, found ${text.slice(0, 40)}`);
      },
    },
  },
  async run(_, { values: { seconds }, job: { signal } }) {
    await sleep(seconds * 1_000, undefined, { signal }).catch((error: unknown) => {
      throw signal.aborted ? signal.reason : error;
    });
  },
});
