import { defineApp } from "fugitive/server";
import { z } from "zod";

const line = z.object({ from: z.string().max(40), text: z.string().max(2_000) });

export const app = defineApp({
  procedures: {
    hello: { input: z.string(), handler: (name) => `Hello, ${name}!` },
    "math.add": ({ x, y }: { x: number; y: number }) => x + y,
  },
  channels: { "chat:*": { data: line } },
});
