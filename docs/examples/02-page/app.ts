import { defineApp, thread } from "fugitive/server";
import { z } from "zod";
import type { fibonacci } from "./fibonacci.task.ts";

const line = z.object({ from: z.string().max(40), text: z.string().max(2_000) });

export const app = defineApp({
  procedures: {
    hello: { input: z.string(), handler: (name) => `Hello, ${name}!` },
    "math.add": ({ x, y }: { x: number; y: number }) => x + y,
    fibonacci: thread<typeof fibonacci>(new URL("./fibonacci.task.js", import.meta.url), {
      input: z.number().int().min(0).max(40),
    }),
  },
  channels: { "chat:*": { data: line } },
  files: { "/": new URL("./index.html", import.meta.url), "/page.js": new URL("./page.js", import.meta.url) },
});
