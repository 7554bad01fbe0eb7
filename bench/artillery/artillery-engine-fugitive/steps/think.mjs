import { setTimeout as sleep } from "node:timers/promises";

/** Does nothing for a time. */
export const think = {
  fields: ["for"],
  short: "for",
  parse(fields) {
    const pause = fields.duration("for");
    return ({ context }) => sleep(pause(context));
  },
};
