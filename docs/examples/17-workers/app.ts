import { defineApp, queue, queuesFor } from "fugitive/server";
import { z } from "zod";
import type { procedures } from "./tasks.ts";

const text = queuesFor<typeof procedures>({ group: "text", ttlMs: 60_000 });

export const app = defineApp({
  procedures: {
    // inputs and outputs as the workers' procedures have them
    "text.count": text("text.count", { priority: "high" }),
    // or without them at hand
    translate: queue("text.translate", { group: "text", input: z.string().max(10_000), requireUser: true }),
  },
  channels: { counts: { publish: false } },
});
