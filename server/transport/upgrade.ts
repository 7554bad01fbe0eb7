import type { HttpRequest as UwsRequest, HttpResponse as UwsResponse, us_socket_context_t } from "uWebSockets.js";
import { plainAddress } from "./address-ranges.ts";
import type { ClientFacts, DescribeClient } from "./client-address.ts";
import { respond } from "./respond.ts";
import type { Told } from "./told-clients.ts";
import type { HttpAnswer, TransportHooks, UpgradeRequest } from "./transport.ts";
import { type UserData, UwsSocket } from "./uws-socket.ts";

const decoder = new TextDecoder();

const NAMELESS: HttpAnswer = { status: 400, body: "It is not known whose connection this is\n" };

/** What is the same for all requests that an app gets. */
export interface UpgradeSite {
  readonly hooks: Pick<TransportHooks, "upgrade">;
  readonly describe: DescribeClient;
  /** Who knows whose the connection is, where it is not its opener's. */
  readonly told?: Told | undefined;
  /** The context that sockets are to be in: not necessarily that of the app which got the request. */
  home(own: us_socket_context_t): us_socket_context_t;
}

/**
 * Answers a request for a WebSocket, at once. Later it would have to be done within a cork, after which uWebSockets.js
 * takes a WebSocket that is where its request was for a request, and may hang up by what its memory then happens to say.
 * What takes its time is looked into when the connection is there.
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
  const copied = copyRequest(request);
  const copy = { ...copied, ...site.describe(client, copied.headers) };
  const answer = site.hooks.upgrade(copy);
  if ("status" in answer) {
    respond(response, answer, { close: site.told !== undefined });
    return;
  }
  const { headers } = copy;
  const data: UserData = { socket: new UwsSocket(copy, answer.subprotocol) };
  response.upgrade(
    data,
    headers.get("sec-websocket-key") ?? "",
    answer.subprotocol,
    headers.get("sec-websocket-extensions") ?? "",
    site.home(context),
  );
  site.told?.moved();
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
