import { existsSync } from "node:fs";
import type { HealthReport } from "../health.ts";
import type { HttpAnswer, HttpRoute } from "../transport/transport.ts";
import { packageFile } from "./package-file.ts";
import { fileRoute } from "./static-files.ts";

/** The browser bundles: one classic script; one module, and what they fetch when they first need it. */
const BUNDLES = ["client.js", "client.mjs", "client-deflate.mjs", "client-peers.mjs"];

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
  for (const name of BUNDLES.flatMap((bundle) => [bundle, `${bundle}.map`])) {
    const file = packageFile(`dist/web/${name}`);
    // pages of any origin may run the client
    if (existsSync(file)) routes.push(fileRoute(`/${name}`, file, { "access-control-allow-origin": "*" }));
  }
  for (const [path, file] of Object.entries(files)) routes.push(fileRoute(path, file));
  return routes;
}

function text(status: number, body: string): HttpAnswer {
  return { status, headers: { "content-type": "text/plain", "cache-control": "no-store" }, body: `${body}\n` };
}
