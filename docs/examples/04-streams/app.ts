import { defineApp } from "fugitive/server";
import { z } from "zod";

/** How far the last stream has come, for all to see. */
const last = { made: 0, ended: false };

export const app = defineApp({
  procedures: {
    // what a generator yields reaches the client as it is made, but not far ahead of its reader
    squares: {
      input: z.number().int().min(1).max(1_000_000),
      handler: async function* (upTo) {
        Object.assign(last, { made: 0, ended: false });
        try {
          for (let number = 1; number <= upTo; number++) {
            last.made = number;
            yield number ** 2;
          }
        } finally {
          // also where the client cancels, or is gone
          last.ended = true;
        }
      },
    },
    last: () => last,
    // the other way round: the client makes the items, and the server reads them
    upload: async (_: unknown, { connection, signal }) => {
      let bytes = 0;
      for await (const line of connection.stream("lines", undefined, { signal })) bytes += String(line).length;
      return bytes;
    },
  },
});
