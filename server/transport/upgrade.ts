import type { HttpRequest as UwsRequest, HttpResponse as UwsResponse, us_socket_context_t } from "uWebSockets.js";
import { plainAddress } from "./address-ranges.ts";
import type { ClientFacts, DescribeClient } from "./client-address.ts";
import { respond } from "./respond.ts";
import type { ToldClients } from "./told-clients.ts";
import type { HttpAnswer, TransportHooks, UpgradeAnswer, UpgradeRequest } from "./transport.ts";
import type { UserData } from "./uws-socket.ts";

const decoder = new TextDecoder();

const LATE: HttpAnswer = { status: 503, body: "No answer in time\n" };
const FAILED: HttpAnswer = { status: 500, body: "Internal error\n" };
const NAMELESS: HttpAnswer = { status: 400, body: "The proxy did not say for whom this is\n" };
/** A request for a WebSocket has no body. */
const HAS_BODY = ["content-length", "transfer-encoding"];

/** What is the same for all requests. */
export interface UpgradeSite {
  readonly hooks: Pick<TransportHooks, "upgrade">;
  /** How long an answer may take, in milliseconds. */
  readonly limitMs: number;
  readonly describe: DescribeClient;
  /** Where proxies tell whose a connection is before its first byte: whether this one of them does, and what it told. */
  readonly told?: { expected(peer: string): boolean; readonly clients: ToldClients } | undefined;
  /** The context that sockets are to be in: not necessarily that of the app which got the request. */
  home(own: us_socket_context_t): us_socket_context_t;
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
  const asked = copyRequest(request);
  const peer = peerOf(response);
  const go = (address: string) =>
    decide(response, context, { ...asked, ...site.describe(address, asked.headers) }, site);
  if (!site.told?.expected(peer)) {
    go(peer);
    return;
  }
  if (HAS_BODY.some((name) => asked.headers.has(name))) respond(response, NAMELESS);
  else site.told.clients.find(response, (told) => (told === undefined ? respond(response, NAMELESS) : go(told)));
}

function decide(response: UwsResponse, context: us_socket_context_t, request: UpgradeRequest, site: UpgradeSite): void {
  const answer = site.hooks.upgrade(request);
  const give = (given: UpgradeAnswer) => finish(response, site.home(context), request, given);
  if (answer instanceof Promise) void answerLater(response, answer, site.limitMs, give);
  else give(answer);
}

/** Answers once it is known what, unless the client is gone by then; without an answer, when the time is over. */
async function answerLater(
  response: UwsResponse,
  answer: Promise<UpgradeAnswer>,
  limitMs: number,
  give: (answer: UpgradeAnswer) => void,
): Promise<void> {
  let over = false;
  // nothing of uWebSockets.js ends a connection while its request waits for an answer
  const timer = setTimeout(() => settle(LATE), limitMs);
  function settle(settled: UpgradeAnswer): void {
    if (over) return;
    over = true;
    clearTimeout(timer);
    response.cork(() => give(settled));
  }
  response.onAborted(() => {
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
