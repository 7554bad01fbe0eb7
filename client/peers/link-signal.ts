import type { Description, NegotiationSignal } from "./negotiation.ts";

/** What one side's link tells the other's, over the server. */
export interface LinkSignal extends NegotiationSignal {
  /**
   * Which attempt to connect it is about. Each has a number above those before; whoever hears of a higher one gives its
   * own up for it.
   */
  readonly attempt: number;
  /** The one that gives way asks for a next attempt. */
  readonly again?: true;
}

/** Longest description that is looked at, in characters; one for data alone has about a thousand. */
const LONGEST = 16_384;

/** What came as a signal, if it is one: the other peer may send anything. */
export function linkSignal(data: unknown): LinkSignal | undefined {
  const { attempt, again, description, candidates } = Object(data) as { readonly [Name in keyof LinkSignal]?: unknown };
  if (!Number.isSafeInteger(attempt)) return undefined;
  if (candidates !== undefined && !Array.isArray(candidates)) return undefined;
  if (description !== undefined && !isDescription(description)) return undefined;
  return { attempt: attempt as number, description, candidates, ...(again === true ? { again } : {}) };
}

function isDescription(value: unknown): value is Description {
  const { type, sdp } = Object(value) as { readonly [Name in keyof Description]?: unknown };
  return (type === "offer" || type === "answer") && typeof sdp === "string" && sdp.length <= LONGEST;
}
