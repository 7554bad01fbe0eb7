/** Another procedure that part of the calls go to. */
export interface Heavy {
  readonly procedure: string;
  /** Part of all calls, between 0 and 1. */
  readonly share: number;
}

const DEFAULT_SHARE = 0.1;
const SHARE = /^(.+):(\d+(?:\.\d+)?)(%?)$/;

/** The demo's procedure that takes a thread a few milliseconds, and an input for it. */
export const DEMO_HEAVY = "heavy.hash";
export const DEMO_HEAVY_PAYLOAD = { password: "{{client}}-{{i}}", iterations: 10_000 };

/** Reads `NAME`, `NAME:0.05` or `NAME:5%`. @throws Error what is wrong with it */
export function parseHeavy(text: string): Heavy {
  const [, procedure = text, digits, percent] = SHARE.exec(text) ?? [];
  const share = digits === undefined ? DEFAULT_SHARE : Number(digits) / (percent === "%" ? 100 : 1);
  if (!(share > 0 && share < 1)) throw new Error("The part has to be more than 0 and less than all");
  return { procedure, share };
}
