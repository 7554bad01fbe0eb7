import type { HttpRequest as UwsRequest, HttpResponse as UwsResponse, us_socket_context_t } from "uWebSockets.js";
import { plainAddress } from "./address-ranges.ts";
import type { ClientFacts, DescribeClient } from "./client-address.ts";
import { respond } from "./respond.ts";
import type { Told } from "./told-clients.ts";
import type { HttpAnswer, TransportHooks, UpgradeAnswer, UpgradeRequest } from "./transport.ts";
import type { UserData } from "./uws-socket.ts";

const decoder = new TextDecoder();

const LATE: HttpAnswer = { status: 503, body: "No answer in time\n" };
const FAILED: HttpAnswer = { status: 500, body: "Internal error\n" };
const NAMELESS: HttpAnswer = { status: 400, body: "It is not known whose connection this is\n" };

/** What is the same for all requests that an app gets. */
export interface UpgradeSite {
  readonly hooks: Pick<TransportHooks, "upgrade">;
  /** How long an answer may take, in milliseconds. */
  readonly limitMs: number;
  readonly describe: DescribeClient;
  /** Who knows whose the connection is, where it is not its opener's. */
  readonly told?: Told | undefined;
  /** The context that sockets are to be in: not necessarily that of the app which got the request. */
  home(own: us_socket_context_t): us_socket_context_t;
}

/** A request that waits for its answer. */
interface Asked {
  readonly response: UwsResponse;
  readonly context: us_socket_context_t;
  readonly request: UpgradeRequest;
}

/**
 * Answers a request for a WebSocket. uWebSockets.js recycles the request as soon as its handler returns, and an await
 * is a return, so everything is copied before the first one.
 */
export function upgrade(
  response: UwsResponse,
  request: UwsRequest,
  context: us_socket_context_t,
  site: UpgradeSite,
): void {
  const client = site.told === undefined ? peerOf(response) : site.told.client;
  if (client === undefined) {
    respond(response, NAMELESS, { close: true });
    return;
  }
  const copy = copyRequest(request);
  const asked = { response, context, request: { ...copy, ...site.describe(client, copy.headers) } };
  const answer = site.hooks.upgrade(asked.request);
  if (answer instanceof Promise) void answerLater(asked, answer, site);
  else finish(asked, answer, site);
}

/** Answers once it is known what, unless the client is gone by then; without an answer, when the time is over. */
async function answerLater(asked: Asked, answer: Promise<UpgradeAnswer>, site: UpgradeSite): Promise<void> {
  let over = false;
  // nothing of uWebSockets.js ends a connection while its request waits for an answer
  const timer = setTimeout(() => settle(LATE), site.limitMs);
  function settle(settled: UpgradeAnswer): void {
    if (over) return;
    over = true;
    clearTimeout(timer);
    asked.response.cork(() => finish(asked, settled, site));
  }
  asked.response.onAborted(() => {
    over = true;
    clearTimeout(timer);
  });
  await answer.then(settle, () => settle(FAILED));
}

/** The address of whoever opened the connection. */
export function peerOf(response: UwsResponse): string {
  return plainAddress(decoder.decode(response.getRemoteAddressAsText()));
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

function copyRequest(request: UwsRequest): Omit<UpgradeRequest, keyof ClientFacts> {
  const headers = copyHeaders(request);
  return {
    path: request.getUrl(),
    query: request.getQuery() ?? "",
    headers,
    offers: (headers.get("sec-websocket-protocol") ?? "")
      .split(",")
      .map((offer) => offer.trim())
      .filter((offer) => offer !== ""),
  };
}

function finish({ response, context, request }: Asked, answer: UpgradeAnswer, site: UpgradeSite): void {
  if ("status" in answer) {
    respond(response, answer, { close: site.told !== undefined });
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
    site.home(context),
  );
  site.told?.moved();
}
