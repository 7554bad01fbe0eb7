/** Compiled, never run: what clients know of procedures for remote workers. */

import { z } from "zod";
import type { InputOf, OutputOf, ProceduresOf } from "../../shared/contract.ts";
import { type All, type Equal, same } from "../../shared/test/type-checks.ts";
import { defineApp, queue, queuesFor } from "../index.ts";
import { defineProcedures, type WorkerContext } from "../queues/sdk/worker.ts";

const procedures = defineProcedures({
  render: {
    input: z.object({ scene: z.string(), size: z.number().default(5) }),
    handler: (_, { scene, size }) => ({ scene, bytes: new Uint8Array(size) }),
  },
  count: async (_: WorkerContext, text: string) => text.length,
  none: () => "nothing" as const,
});

const images = queuesFor<typeof procedures>({ group: "images", ttlMs: 60_000 });

const app = defineApp({
  procedures: {
    render: images("render", { priority: "high", retries: 0 }),
    count: images("count", { input: z.string().max(5), rateLimit: { limit: 1, perMs: 1_000 } }),
    none: images("none"),
    checked: queue("anything", { input: z.string().transform(Number), group: "g" }),
    told: queue<number, boolean>("told", { use: [(_, next) => next()] }),
    plain: queue("plain"),
  },
});

type Procedures = ProceduresOf<typeof app>;

export type InputChecks = All<
  [
    Equal<InputOf<Procedures["render"]>, { scene: string; size?: number | undefined }>,
    Equal<InputOf<Procedures["count"]>, string>,
    Equal<InputOf<Procedures["none"]>, undefined>,
    Equal<InputOf<Procedures["checked"]>, string>,
    Equal<InputOf<Procedures["told"]>, number>,
    Equal<InputOf<Procedures["plain"]>, unknown>,
  ]
>;

export type OutputChecks = All<
  [
    Equal<OutputOf<Procedures["render"]>, { scene: string; bytes: Uint8Array<ArrayBuffer> }>,
    Equal<OutputOf<Procedures["count"]>, number>,
    Equal<OutputOf<Procedures["none"]>, "nothing">,
    Equal<OutputOf<Procedures["checked"]>, unknown>,
    Equal<OutputOf<Procedures["told"]>, boolean>,
  ]
>;

export function whatThereIsNot(): void {
  // @ts-expect-error: the workers have none of that name
  images("rendr");
  // @ts-expect-error: nor does that schema give what they take
  images("count", { input: z.number() });
  // @ts-expect-error: there are three priorities
  queue("plain", { priority: "urgent" });
  same<ReturnType<typeof images<"count">>["handler"], (input: string) => Promise<number>>();
}
