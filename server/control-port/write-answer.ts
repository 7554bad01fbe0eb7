import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Answer, Parts } from "./route.ts";

const TEXT = "text/plain; charset=utf-8";

/** Sends an answer. Resolves once it has been sent; rejects where whoever asked went before. */
export async function writeAnswer(response: ServerResponse, { status, body, headers }: Answer): Promise<void> {
  const isText = typeof body === "string" || body instanceof Parts;
  const isWhole = isText || body instanceof Uint8Array;
  response.writeHead(status, {
    "content-type": isText ? TEXT : "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  if (body instanceof Parts) await pipeline(Readable.from(body.parts), response);
  else response.end(isWhole ? body : `${JSON.stringify(body)}\n`);
}
