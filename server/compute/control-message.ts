import type { Config } from "../config.ts";
import type { ComputeReport } from "./compute-metrics.ts";
import type { KnownSource } from "./order.ts";

/** Environment variable that tells a compute host what it needs to know. */
export const COMPUTE_HOST_ENV = "FUGITIVE_COMPUTE_HOST";

/** What the primary tells a compute host at birth. */
export interface ComputeBirth {
  readonly bus: { readonly path: string; readonly secret: string };
  readonly config: Config;
  readonly sources: readonly KnownSource[];
}

/** What a compute host tells the primary. */
export type FromComputeHost =
  /** It listens, and has loaded what can be loaded; `problems` are the tasks that cannot. */
  | { readonly type: "ready"; readonly problems: readonly string[] }
  /** It cannot run; it ends by itself after this. */
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "report"; readonly reference: number; readonly report: ComputeReport };

/** What the primary tells a compute host. */
export type ToComputeHost = { readonly type: "end" } | { readonly type: "report"; readonly reference: number };
