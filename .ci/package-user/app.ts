import { defineApp, thread } from "fugitive/server";
import { z } from "zod";
import type { countTo } from "./count-to.task.ts";

export const app = defineApp({
  procedures: {
    "math.add": ({ x, y }: { x: number; y: number }) => x + y,
    hello: { input: z.object({ name: z.string().max(40) }), handler: ({ name }) => `Hello, ${name}!` },
    count: thread<typeof countTo>(new URL("./count-to.task.js", import.meta.url), {
      input: z.number().int().max(1_000),
    }),
  },
  channels: { "chat:*": { data: z.object({ text: z.string().max(100) }) } },
});
