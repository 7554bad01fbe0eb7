import type { Plan } from "./plan.ts";

const SAFE = /^[\w@%+=:,./-]+$/;
/** Queries often carry what says who one is. */
const SECRET = /([?&=]|^)([^=&]*(?:token|jwt|secret|key|auth|pass|pwd|sig)[^=&]*)=[^&]*/gi;
const STARS = "***";

/** The command line that repeats a run, as a shell takes it. What looks like a secret is left out. */
export function repeatCommand(argv: readonly string[]): string {
  return ["fugitive load", ...argv.map((word) => quoted(withoutSecrets(word)))].join(" ");
}

/** The same plan, fit to be shown. */
export function shownPlan(plan: Plan): Plan {
  return { ...plan, url: withoutSecrets(plan.url), query: withoutSecrets(plan.query), token: "" };
}

/** Hides passwords of URLs, and what a query calls a secret. */
export function withoutSecrets(text: string): string {
  return text.replace(/\/\/[^/?#\s]*@/, `//${STARS}@`).replace(SECRET, `$1$2=${STARS}`);
}

function quoted(word: string): string {
  return SAFE.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
