import { defineApp } from "fugitive/server";
import { z } from "zod";

export const app = defineApp({
  procedures: {
    // three at once, then one every 20 seconds: whichever connections of an address, at whichever worker
    login: { rateLimit: { limit: 3, perMs: 60_000, by: "ip" }, input: z.string(), handler: () => "wrong password" },
    // two at once, then two a second, for each connection
    search: { rateLimit: { limit: 2, perMs: 1_000 }, input: z.string(), handler: (text) => `${text} is found` },
  },
  channels: { "chat:*": { rateLimit: { limit: 1, perMs: 60_000, by: "user" } } },
});
