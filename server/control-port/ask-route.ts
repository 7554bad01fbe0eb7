import type { IncomingHttpHeaders } from "node:http";
import { AppError } from "../../shared/errors.ts";
import type { Logger } from "../logger.ts";
import { refusalAnswer } from "./app-routes.ts";
import { type Answer, BadRequest, type ControlServices } from "./route.ts";
import { ROUTES } from "./routes.ts";

/** Something that the control port is asked, by whatever way. */
export interface Asked {
  readonly method: string | undefined;
  readonly path: string;
  readonly query: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Whether who asks wants JSON where there is a choice. */
  readonly wantsJson: boolean;
  /** Gives the body. @param most bytes that it may have @throws BadRequest where it has more */
  body(most: number): Promise<Buffer>;
}

/** Has somebody answered who may ask. @throws BadRequest, AppError what is wrong with the request */
export async function askRoute(asked: Asked, services: ControlServices): Promise<Answer> {
  const { method, path, query, headers, wantsJson } = asked;
  const route = ROUTES.get(path);
  if (route === undefined) {
    return { status: 404, body: { error: `not found; there are ${[...ROUTES.keys()].join(", ")}` } };
  }
  if (method !== route.method) {
    return { status: 405, body: { error: `only ${route.method} is known here` }, headers: { allow: route.method } };
  }
  const body = await asked.body(route.body?.most(services.config) ?? 0);
  return route.answer({ query: new URLSearchParams(query), headers, body, wantsJson }, services);
}

/** What somebody is told whose request failed. */
export function failureAnswer(error: unknown, log: Pick<Logger, "error">): Answer {
  if (error instanceof AppError) return refusalAnswer(error);
  if (!(error instanceof BadRequest)) {
    log.error({ error }, "the control port could not answer");
    return { status: 500, body: { error: "internal error" } };
  }
  const { message, status } = error;
  // what is left of it is not read, so that nothing can follow it
  return { status, body: { error: message }, ...(status === 413 && { headers: { connection: "close" } }) };
}
