import { existsSync } from "node:fs";
import type { HealthReport } from "../health.ts";
import type { HttpAnswer, HttpRoute } from "../transport/transport.ts";
import { packageFile } from "./package-file.ts";
import { fileRoute } from "./static-files.ts";

/** The browser bundles, by the path they are served at. */
const BUNDLES: Readonly<Record<string, string>> = {
  "/client.js": "dist/web/client.js",
  "/client.js.map": "dist/web/client.js.map",
  "/client.mjs": "dist/web/client.mjs",
  "/client.mjs.map": "dist/web/client.mjs.map",
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
  for (const [path, bundle] of Object.entries(BUNDLES)) {
    const file = packageFile(bundle);
    // pages of any origin may run the client
    if (existsSync(file)) routes.push(fileRoute(path, file, { "access-control-allow-origin": "*" }));
  }
  for (const [path, file] of Object.entries(files)) routes.push(fileRoute(path, file));
  return routes;
}

function text(status: number, body: string): HttpAnswer {
  return { status, headers: { "content-type": "text/plain", "cache-control": "no-store" }, body: `${body}\n` };
}
