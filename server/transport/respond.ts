import type { HttpResponse as UwsResponse } from "uWebSockets.js";
import type { HttpAnswer } from "./transport.ts";

const encoder = new TextEncoder();

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

export interface RespondOptions {
  /** Whether the request was HEAD, and gets no body. @default false */
  readonly head?: boolean;
  /** Whether it is the last answer of its connection. @default false */
  readonly close?: boolean;
}

/** Writes an HTTP answer. */
export function respond(response: UwsResponse, answer: HttpAnswer, { head, close }: RespondOptions = {}): void {
  response.writeStatus(`${answer.status} ${STATUS_TEXTS[answer.status] ?? "Unknown"}`);
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.writeHeader(name, value);
  if (head) {
    // given as a parameter, the length would have the response wait for a body for ever
    response.writeHeader("content-length", String(Buffer.byteLength(answer.body)));
    if (close) response.writeHeader("connection", "close");
    response.endWithoutBody();
  } else if (close) response.end(answer.body, true);
  else end(response, answer.body);
}

/**
 * Ends with what the connection takes at once, and the rest as it takes it. Until then the request counts as pending, and
 * uWebSockets.js hangs up on who sends another one: who asks for thousands of files at once and reads none of them would
 * otherwise have all of them copied into memory.
 */
function end(response: UwsResponse, body: string | Uint8Array): void {
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  const [, ended] = response.tryEnd(bytes, bytes.byteLength);
  if (ended) return;
  response.onAborted(() => undefined);
  response.onWritable((offset) => response.tryEnd(bytes.subarray(offset), bytes.byteLength)[0]);
}
