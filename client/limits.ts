import { DEFAULT_BUDGET } from "../shared/budget.ts";
import type { WelcomeInfo } from "../shared/message.ts";

/** Less than this would be no server to speak to, in bytes. */
const LEAST_PAYLOAD = 1_024;
/** Most bytes of a batch: that of a server that may take little, as long as none has told; and that of any other. */
const FIRST_BATCH_BYTES = 4_096;
const BATCH_BYTES = 65_536;

/** What the server takes, as far as it has told. */
export interface Limits {
  /** Largest message, in bytes. */
  readonly maxPayload: number;
  /** Most values of one frame: as many bytes cannot hold more. */
  readonly maxElements: number;
  /** Largest batch, in bytes; a message that is larger travels alone. */
  readonly batchBytes: number;
}

/**
 * Until a server has told: what one takes unless it is configured otherwise, since one message that is too large costs
 * the connection, for good.
 */
export const UNTOLD: Limits = { ...DEFAULT_BUDGET, batchBytes: FIRST_BATCH_BYTES };

/** What WELCOME says of it. @param before what is kept where WELCOME says nothing that makes sense */
export function toldLimits({ maxPayload, maxElements }: WelcomeInfo, before: Limits): Limits {
  const payload = finite(maxPayload) ? Math.max(maxPayload, LEAST_PAYLOAD) : before.maxPayload;
  const elements = finite(maxElements) && maxElements >= 1 ? maxElements : DEFAULT_BUDGET.maxElements;
  return { maxPayload: payload, maxElements: elements, batchBytes: Math.min(BATCH_BYTES, payload, elements) };
}

function finite(value: unknown): value is number {
  return Number.isFinite(value);
}
