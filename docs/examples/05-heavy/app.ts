import { defineApp, thread } from "fugitive/server";
import { z } from "zod";
import type { countPrimes } from "./count-primes.task.ts";

export const app = defineApp({
  procedures: {
    "primes.count": thread<typeof countPrimes>(new URL("./count-primes.task.js", import.meta.url), {
      input: z.number().int().min(2).max(10_000_000),
    }),
  },
});
