import { existsSync } from "node:fs";
import type { HealthReport } from "../health.ts";
import type { HttpAnswer, HttpRoute } from "../transport/transport.ts";
import { packageFile } from "./package-file.ts";
import { fileRoute } from "./static-files.ts";

/** Pages of any origin may run these. */
const ANYWHERE = { "access-control-allow-origin": "*" };
/**
 * Of a web worker's file it is its own policy that counts, and not its page's. This one makes functions of texts, and
 * blobs of the scripts whose hash it has checked.
 */
const WORKER_POLICY = { "content-security-policy": "script-src 'self' 'unsafe-eval' blob: https:" };
/**
 * The browser bundles, with their headers: of the client and of Centaurus one classic script and one module; what they
 * fetch when they first need it; and what Centaurus, and the client by it, runs in web workers.
 */
const BUNDLES = {
  "client.js": ANYWHERE,
  "client.mjs": ANYWHERE,
  "client-deflate.mjs": ANYWHERE,
  "client-peers.mjs": ANYWHERE,
  "client-workers.mjs": ANYWHERE,
  "client-codec.mjs": ANYWHERE,
  "centaurus.js": ANYWHERE,
  "centaurus.mjs": ANYWHERE,
  "centaurus.worker.js": WORKER_POLICY,
};

export interface PublicRoutesOptions {
  /** The application's own files, by path. */
  readonly files: Readonly<Record<string, URL>>;
  /** Whether new connections are welcome. */
  ready(): boolean;
  health(): Promise<HealthReport>;
}

/** What the public port serves over plain HTTP. */
export function publicRoutes({ files, ready, health }: PublicRoutesOptions): HttpRoute[] {
  const routes: HttpRoute[] = [
    {
      path: "/healthz",
      answer: () =>
        health().then(
          () => text(200, "ok"),
          () => text(500, "not well"),
        ),
    },
    { path: "/readyz", answer: () => (ready() ? text(200, "ready") : text(503, "not ready")) },
  ];
  for (const [bundle, headers] of Object.entries(BUNDLES)) {
    for (const name of [bundle, `${bundle}.map`]) {
      const file = packageFile(`dist/web/${name}`);
      if (existsSync(file)) routes.push(fileRoute(`/${name}`, file, headers));
    }
  }
  for (const [path, file] of Object.entries(files)) routes.push(fileRoute(path, file));
  return routes;
}

function text(status: number, body: string): HttpAnswer {
  return { status, headers: { "content-type": "text/plain", "cache-control": "no-store" }, body: `${body}\n` };
}
