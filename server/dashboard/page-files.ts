import { existsSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import type { Answer } from "../control-port/route.ts";
import { packageFile } from "../http/package-file.ts";
import { fileRoute } from "../http/static-files.ts";

/** The page's files, by path. */
const FILES = {
  "/": "dashboard.html",
  "/dashboard.js": "dashboard.js",
  "/dashboard.css": "dashboard.css",
  "/dashboard.js.map": "dashboard.js.map",
  "/dashboard.css.map": "dashboard.css.map",
};

/** Its own files and its own WebSocket, and nothing else: no other page may show it, and it sends no forms. */
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
};

type FileAnswer = (headers: IncomingHttpHeaders) => Answer;

/** The dashboard's page, as it was built, by path. They are public: they tell nothing. */
export function pageFiles(): ReadonlyMap<string, FileAnswer> {
  const files = new Map<string, FileAnswer>();
  for (const [path, name] of Object.entries(FILES)) {
    const file = packageFile(`dist/web/${name}`);
    if (!existsSync(file)) continue;
    const route = fileRoute(path, file, HEADERS);
    files.set(path, ({ "if-none-match": etag }) => {
      const headers = new Map(etag === undefined ? [] : [["if-none-match", etag]]);
      return route.answer({ path, query: "", headers }) as Answer;
    });
  }
  return files;
}
