import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import { FAILED, NOT_FOUND } from "./http-routes.ts";
import type { HttpAnswer, HttpRoute } from "./transport.ts";
import { headersOf, splitUrl } from "./ws-core.ts";

export type AnswerRequest = (request: IncomingMessage) => HttpAnswer | Promise<HttpAnswer>;

/** Answers requests by routes for GET and HEAD, and everything else as what there is not. */
export function answerBy(routes: readonly HttpRoute[]): AnswerRequest {
  const byPath = new Map(routes.map((route) => [route.path, route]));
  return (request) => {
    const { path, query } = splitUrl(request.url);
    const route = request.method === "GET" || request.method === "HEAD" ? byPath.get(path) : undefined;
    if (route === undefined) return NOT_FOUND;
    const answer = route.answer({ path, query, headers: headersOf(request) });
    return answer instanceof Promise ? answer.catch(() => FAILED) : answer;
  };
}

/** Writes an answer. @param isLast whether nothing more is to come on its connection */
export function respond(response: ServerResponse, { status, headers, body }: HttpAnswer, isLast: boolean): void {
  response.writeHead(status, STATUS_CODES[status] ?? "Unknown", {
    ...{ ...headers, "content-length": Buffer.byteLength(body) },
    ...(isLast && { connection: "close" }),
  });
  // of an answer to HEAD, Node.js leaves the body out
  response.end(body);
}
