import type { TemplatedApp, HttpRequest as UwsRequest, HttpResponse as UwsResponse } from "uWebSockets.js";
import { respond } from "./respond.ts";
import type { HttpAnswer, HttpRoute } from "./transport.ts";
import { copyHeaders } from "./upgrade.ts";

export const FAILED: HttpAnswer = { status: 500, body: "Internal error\n" };
export const NOT_FOUND: HttpAnswer = { status: 404, body: "Not found\n" };

/** Serves routes for GET and HEAD. @param isLast whether nothing more is to come on a connection that is answered now */
export function serveRoutes(app: TemplatedApp, routes: readonly HttpRoute[], isLast: () => boolean): void {
  for (const route of routes) {
    app.get(route.path, (response, request) => answer(response, request, route, { head: false, isLast }));
    app.head(route.path, (response, request) => answer(response, request, route, { head: true, isLast }));
  }
  app.any("/*", (response) => respond(response, NOT_FOUND, { close: isLast() }));
}

interface Asked {
  readonly head: boolean;
  isLast(): boolean;
}

function answer(response: UwsResponse, request: UwsRequest, route: HttpRoute, { head, isLast }: Asked): void {
  let aborted = false;
  response.onAborted(() => {
    aborted = true;
  });
  const copy = { path: request.getUrl(), query: request.getQuery() ?? "", headers: copyHeaders(request) };
  // the common route answers at once, and then without a promise
  const result = route.answer(copy);
  if (!(result instanceof Promise)) {
    respond(response, result, { head, close: isLast() });
    return;
  }
  void result
    .catch(() => FAILED)
    .then((late) => {
      if (!aborted) response.cork(() => respond(response, late, { head, close: isLast() }));
    });
}
