import type { HttpRequest as UwsRequest, HttpResponse as UwsResponse, us_socket_context_t } from "uWebSockets.js";
import type { HttpAnswer, TransportHooks, UpgradeAnswer, UpgradeRequest } from "./transport.ts";
import type { UserData } from "./uws-socket.ts";

const decoder = new TextDecoder();

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  200: "OK",
  304: "Not Modified",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/**
 * Answers a request for a WebSocket. uWebSockets.js recycles the request as soon as its handler returns, and an await
 * is a return, so everything is copied before the first one.
 */
export function upgrade(
  response: UwsResponse,
  request: UwsRequest,
  context: us_socket_context_t,
  hooks: TransportHooks,
): void {
  const copy = copyRequest(response, request);
  const answer = hooks.upgrade(copy);
  if (!(answer instanceof Promise)) {
    finish(response, context, copy, answer);
    return;
  }
  let aborted = false;
  response.onAborted(() => {
    aborted = true;
  });
  answer.then(
    (late) => {
      if (!aborted) response.cork(() => finish(response, context, copy, late));
    },
    () => {
      if (!aborted) response.cork(() => respond(response, { status: 500, body: "Internal error\n" }));
    },
  );
}

/** Writes an HTTP answer; to HEAD, without its body. @param close whether it is the last one of its connection */
export function respond(response: UwsResponse, answer: HttpAnswer, head = false, close = false): void {
  response.writeStatus(`${answer.status} ${STATUS_TEXTS[answer.status] ?? "Unknown"}`);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.writeHeader(name, value);
  if (head) response.endWithoutBody(Buffer.byteLength(answer.body), close);
  else response.end(answer.body, close);
}

/** Copies the headers of a request whose handler is about to return. */
export function copyHeaders(request: UwsRequest): Map<string, string> {
  const headers = new Map<string, string>();
  request.forEach((name, value) => {
    // a header that comes twice, as Sec-WebSocket-Protocol may, is one list
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  });
  return headers;
}

function copyRequest(response: UwsResponse, request: UwsRequest): UpgradeRequest {
  const headers = copyHeaders(request);
  return {
    path: request.getUrl(),
    query: request.getQuery() ?? "",
    headers,
    address: plainAddress(decoder.decode(response.getRemoteAddressAsText())),
    offers: (headers.get("sec-websocket-protocol") ?? "")
      .split(",")
      .map((offer) => offer.trim())
      .filter((offer) => offer !== ""),
  };
}

function finish(
  response: UwsResponse,
  context: us_socket_context_t,
  request: UpgradeRequest,
  answer: UpgradeAnswer,
): void {
  if ("status" in answer) {
    respond(response, answer);
    return;
  }
  const { headers } = request;
  const data: UserData = {
    link: { request, subprotocol: answer.subprotocol, socket: undefined, owner: undefined, closedWith: undefined },
  };
  response.upgrade(
    data,
    headers.get("sec-websocket-key") ?? "",
    answer.subprotocol,
    headers.get("sec-websocket-extensions") ?? "",
    context,
  );
}

/** `0000:0000:0000:0000:0000:ffff:7f00:0001`, an IPv4 address in IPv6's clothes, becomes `127.0.0.1`. */
export function plainAddress(text: string): string {
  const mapped = /^0000:0000:0000:0000:0000:ffff:(..)(..):(..)(..)$/.exec(text);
  if (mapped === null) return text;
  return mapped
    .slice(1)
    .map((byte) => Number.parseInt(byte, 16))
    .join(".");
}
