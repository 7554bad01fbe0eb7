import { suggestion } from "../../server/config/edit-distance.ts";
import type { ErrorCode } from "../../shared/codes.ts";
import { AppError } from "../../shared/errors.ts";
import { LineError } from "./line-error.ts";

/** Issues of an input that are shown. */
const MOST_ISSUES = 5;

/** What to do about each code of the protocol. */
const REMEDIES: Readonly<Record<ErrorCode, string>> = {
  BAD_REQUEST: "see what it takes by: procedures NAME",
  UNAUTHENTICATED: "set FUGITIVE_TOKEN to a valid token, and start again",
  FORBIDDEN: "another user may; the application decides that",
  NOT_FOUND: "see what there is by: procedures",
  CONFLICT: "look at the state, and ask for what fits it",
  TOO_LARGE: "send less at once, or raise maxPayload at the server",
  TIMEOUT: "--timeout-ms lets you wait longer; status says whether the server is there",
  CANCELLED: "",
  RATE_LIMITED: "wait, and ask less often",
  OVERLOADED: "wait, and try again",
  UNAVAILABLE: "it may have been carried out, or not; status says whether the server is there",
  INTERNAL: "the server's log says more",
};

/**
 * An error in words for who typed the line: its code, what was said, and what can be done.
 * @param known names of procedures, for who has mistyped one
 */
export function explain(error: unknown, known: readonly string[] = [], asked = ""): string {
  if (error instanceof LineError) return error.message;
  if (!(error instanceof AppError)) return error instanceof Error ? error.message : String(error);
  const { code, message, details } = error;
  const meant = code === "NOT_FOUND" && asked !== "" ? suggestion(asked, known).slice(2) : "";
  const general = Object.hasOwn(REMEDIES, code) ? REMEDIES[code as ErrorCode] : "";
  const remedy = meant || general;
  return [`${code}: ${message}`, ...detailsOf(details), ...(remedy === "" ? [] : [`→ ${remedy}`])].join("\n  ");
}

function detailsOf(details: unknown): string[] {
  if (typeof details !== "object" || details === null) return [];
  const { issues, retryAfterMs } = details as { issues?: unknown; retryAfterMs?: unknown };
  if (typeof retryAfterMs === "number") return [`in ${Math.ceil(retryAfterMs)} ms it may be tried again`];
  if (!Array.isArray(issues)) return [];
  return issues.slice(0, MOST_ISSUES).map((issue: { message?: unknown; path?: unknown } | null) => {
    const path = Array.isArray(issue?.path) ? issue.path.map(String).join(".") : "";
    return `${path === "" ? "" : `${path}: `}${String(issue?.message)}`;
  });
}
