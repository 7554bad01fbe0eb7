import * as z from "zod";
import { AppError } from "../../shared/errors.ts";
import { type App, defineApp } from "../app.ts";
import type { ConnectionSearch, ControlAnswer, ControlRequest, FoundConnections } from "./requests.ts";
import type { Stats, Tops } from "./stats.ts";

export interface DashboardAppOptions {
  /** Whether somebody has to prove that he may. */
  readonly needsToken: boolean;
  isToken(text: string | undefined): boolean;
  control(request: ControlRequest): Promise<ControlAnswer>;
  connections(search: ConnectionSearch): Promise<FoundConnections>;
}

/** What pages and the feed call the channels. */
export const STATS = "stats";
export const TOPS = "tops";
/** Publications that are kept, one a second: what charts show at once. */
export const KEPT = 180;
const SECOND_MS = 1_000;
/** Longer than anything that the control port may be asked for. */
const CONTROL_MS = 620_000;
const LONGEST_QUERY = 65_536;
const OPERATOR = "operator";

const CONTROL = z.strictObject({
  method: z.enum(["GET", "POST"]),
  path: z.string().max(1_000),
  query: z.string().max(LONGEST_QUERY).optional(),
  body: z.string().optional(),
  type: z.string().max(1_000).optional(),
});
const SEARCH = z.strictObject({
  query: z.string().max(LONGEST_QUERY),
  from: z.strictObject({ member: z.int().min(0), path: z.string().max(1_000), after: z.number().min(0) }).optional(),
});

/** The application that the dashboard's pages talk to: whoever has the control token may do here what he may there. */
export function dashboardApp({ needsToken, isToken, control, connections }: DashboardAppOptions) {
  const watched = { publish: false, patterns: false } as const;
  return defineApp({
    requireUser: needsToken,
    ...(needsToken && {
      authenticate({ token }) {
        if (token === undefined || !isToken(token)) throw new AppError("UNAUTHENTICATED", "That is not the token.");
        return OPERATOR;
      },
    }),
    channels: {
      [STATS]: { ...watched, history: { size: KEPT, ttlMs: KEPT * SECOND_MS } },
      [TOPS]: { ...watched, history: { mode: "latest" } },
    },
    procedures: {
      control: { input: CONTROL, timeoutMs: CONTROL_MS, handler: (request: ControlRequest) => control(request) },
      connections: { input: SEARCH, handler: (search: ConnectionSearch) => connections(search) },
    },
  });
}

/** What a page's client knows of it: its type only. */
export type DashboardApp = ReturnType<typeof dashboardApp>;
export type { App, Stats, Tops };
