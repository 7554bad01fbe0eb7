import * as z from "zod";
import { packageUrl } from "../http/package-file.ts";
import { AppError, defineApp, thread } from "../index.ts";
import type { hashPassword } from "./hash-password.task.ts";

const LONGEST_DELAY_MS = 60_000;
const MOST_COUNTS = 1_000_000;

const pair = z.object({ x: z.number(), y: z.number() });
const line = z.object({
  name: z.string().max(40),
  text: z.string().min(1).max(2_000),
  /** The sender's socket worker, for people to see that it makes no difference. */
  worker: z.number().int().min(0).optional(),
});

/** What `npm start` serves: something of everything, to try and to read. */
export const app = defineApp({
  procedures: {
    "test.echo": { idempotent: true, handler: (data: unknown) => data },
    "test.reverse": { input: z.string(), idempotent: true, handler: (text) => [...text].reverse().join("") },
    "test.delay": {
      input: z.number().min(0).max(LONGEST_DELAY_MS),
      timeoutMs: LONGEST_DELAY_MS + 1_000,
      handler: (ms, context) =>
        new Promise<number>((resolve, reject) => {
          const timer = setTimeout(() => resolve(ms), ms);
          context.signal.addEventListener("abort", () => {
            clearTimeout(timer);
            reject(context.signal.reason);
          });
        }),
    },
    /** Counts to a number, one chunk each, and returns it. */
    "test.count": {
      input: z.number().int().min(0).max(MOST_COUNTS),
      handler: function* (to) {
        for (let count = 1; count <= to; count++) yield count;
        return to;
      },
    },
    /** Whoever one says one is: nobody is asked for a password in a demo. */
    "chat.name": {
      input: z.string().max(40),
      idempotent: true,
      handler: (name, { session }) => session.setUser(name.trim() || undefined),
    },
    "math.add": { input: pair, idempotent: true, handler: ({ x, y }) => x + y },
    "math.sub": { input: pair, idempotent: true, handler: ({ x, y }) => x - y },
    "math.mul": { input: pair, idempotent: true, handler: ({ x, y }) => x * y },
    "math.div": {
      input: pair,
      idempotent: true,
      handler: ({ x, y }) => {
        if (y === 0) throw new AppError("BAD_REQUEST", "Nothing can be divided by zero.");
        return x / y;
      },
    },
    "heavy.hash": thread<typeof hashPassword>(packageUrl("dist/server/demo/hash-password.task.js"), {
      input: z.object({
        password: z.string().max(1_024),
        iterations: z.number().int().min(1).max(1_000_000).optional(),
      }),
    }),
  },

  channels: {
    "chat:*": { data: line, history: { size: 500, ttlMs: 900_000 }, presence: true },
    "history:*": { history: { size: 1_000, ttlMs: 300_000 } },
    "presence:*": { presence: true },
    "*": {},
  },

  /** Any two pages that look for somebody find each other. */
  peers: {},

  files: {
    "/": packageUrl("dist/web/index.html"),
    "/demo.css": packageUrl("dist/web/demo.css"),
    "/demo.js": packageUrl("dist/web/demo.js"),
  },
});
