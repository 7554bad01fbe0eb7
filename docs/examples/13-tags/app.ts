import { defineApp } from "fugitive/server";
import { z } from "zod";

export const app = defineApp({
  // what a connection is known by as it comes: a claim of the client's own
  tags: ({ query }) => ({ table: query.get("table") }),
  procedures: {
    // what the application says of it; it stays with the session
    sitDown: (_: unknown, { session }) => session.setTags({ waiter: undefined, seated: "yes" }),
    // to all at a table, whichever worker they are at
    cheers: {
      input: z.string().max(100),
      handler: (text, context) => context.toTagged({ table: String(context.session.tags.table) }).publish(text),
    },
  },
});
