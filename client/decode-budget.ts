import type { Budget } from "../shared/budget.ts";

/** What one frame of the server may cost to decode: more than a server takes, for it is the one that was chosen. */
export const DECODE_BUDGET: Budget = { maxPayload: 16_777_216, maxDepth: 64, maxElements: 1_000_000 };
