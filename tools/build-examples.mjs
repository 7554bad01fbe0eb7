// The examples of the documentation, for tools/build.mjs.
import { cpSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const FOLDER = "docs/examples";

/**
 * Builds docs/examples, whose modules import this package by its name. What pages consist of goes beside them.
 *
 * @param outdir relative to the project's folder, as all paths of esbuild
 * @param options of esbuild for all of them
 */
export function buildExamples(outdir, options, buildSync) {
  const root = options.absWorkingDir;
  const files = readdirSync(join(root, FOLDER), { recursive: true });
  const modules = files.filter((name) => name.endsWith(".ts"));
  const pages = files.filter((name) => /\.(html|js)$/.test(name));
  const entry = (name) => ({ in: join(FOLDER, name), out: name.slice(0, -".ts".length) });
  buildSync({ ...options, entryPoints: modules.map(entry), outdir });
  for (const name of pages) cpSync(join(root, FOLDER, name), join(root, outdir, name));

  // a page has no package of that name, but what its server has at that path
  const place = { bundle: true, alias: { "fugitive/client": "/client.mjs" }, external: ["/client.mjs"] };
  const folders = new Set(pages.map(dirname));
  const clients = modules.filter((name) => basename(name) === "client.ts" && folders.has(dirname(name)));
  buildSync({ ...options, ...place, entryPoints: clients.map(entry), outdir });
}
