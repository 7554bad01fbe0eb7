import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { HttpRoute } from "../transport/transport.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".txt": "text/plain; charset=utf-8",
};

/** Pages run their own scripts and talk to this server, and to nobody else. */
const PAGE_POLICY = "default-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:; frame-ancestors 'self'";

/** Serves one file, read once, at start-up. Throws where it cannot be read. */
export function fileRoute(
  path: string,
  file: string | URL,
  extraHeaders: Readonly<Record<string, string>> = {},
): HttpRoute {
  const name = typeof file === "string" ? file : fileURLToPath(file);
  const body = readFileSync(name);
  const type = TYPES[extname(name)] ?? "application/octet-stream";
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  const headers = {
    "content-type": type,
    "x-content-type-options": "nosniff",
    // a browser asks each time, and mostly hears that nothing has changed
    "cache-control": "no-cache",
    etag,
    ...(type.startsWith("text/html") && { "content-security-policy": PAGE_POLICY }),
    ...extraHeaders,
  };
  return {
    path,
    answer: (request) =>
      request.headers.get("if-none-match") === etag
        ? { status: 304, headers, body: "" }
        : { status: 200, headers, body },
  };
}
