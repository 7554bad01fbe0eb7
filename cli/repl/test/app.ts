import * as z from "zod";
import { AppError, defineApp } from "../../../server/index.ts";

/** Something of everything that a client can ask for. */
export const app = defineApp({
  authenticate: ({ token }) => (token === "the token" ? "ann" : undefined),
  procedures: {
    hello: { input: z.string().max(40), handler: (name) => `Hello, ${name}!` },
    whoami: (_: unknown, { user }) => user,
    "math.add": { input: z.object({ x: z.number(), y: z.number() }), handler: ({ x, y }) => x + y },
    count: {
      input: z.int().min(0).max(1_000),
      handler: function* (to) {
        for (let count = 1; count <= to; count++) yield count;
        return "all";
      },
    },
    none: {
      input: z.int().min(0).max(1_000),
      handler: function* (to) {
        for (let count = 1; count <= to; count++) yield count;
      },
    },
    never: (_: unknown, { signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    soldOut: () => {
      throw new AppError("SOLD_OUT", "The last seat\u001b[31m went.");
    },
    bytes: () => ({ bytes: new Uint8Array([1, 2]), big: 2n ** 60n, date: new Date(0) }),
  },
  channels: {
    "news:*": { history: { size: 10, ttlMs: 60_000 }, presence: true },
    "closed:*": { subscribe: false },
    "*": {},
  },
});
