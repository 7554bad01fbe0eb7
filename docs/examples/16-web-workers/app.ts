import { defineApp } from "fugitive/server";
import { z } from "zod";

export const app = defineApp({
  procedures: {
    report: {
      input: z.number().int().min(1).max(10_000),
      handler: (rows) => Array.from({ length: rows }, (_, id) => ({ id, score: Math.sin(id) })),
    },
    // the client's machine does the work: what it answers is as good as the client is
    primes: {
      input: z.number().int().min(2).max(1_000_000),
      handler: async (below, { connection }) => Number(await connection.call("page.primes", below)),
    },
  },
});
