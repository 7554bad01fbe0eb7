// The server and the command line as they are run: in few files.
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Modules that somebody runs, or imports by name. */
const ENTRIES = [
  "cli/bin",
  "cli/main",
  "cli/load/process/load-process",
  // bench/ makes its report of these
  "cli/report/bars",
  "cli/report/format",
  "cli/report/html",
  "cli/report/page",
  "cli/report/plot",
  "cli/report/scale",
  "server/index",
  "server/compute/main",
  "server/compute/compute-thread",
  "server/compute/task",
  "server/gateway/sdk/gateway",
  "server/queues/create-job-queue",
  "server/queues/sdk/worker",
  "server/simulate/simulate",
  "server/demo/app",
  "server/demo/hash-password.task",
];
/** Folders of which nothing else is run. */
const BUNDLED = ["cli", "server"];

/**
 * Puts what each of them needs into few files, most of them shared: several hundred cost every process that starts a tenth
 * of a second. The types stay where the compiler has put them.
 * @param out where the compiler has put everything
 * @param common options of esbuild that hold for everything that is built here
 */
export async function bundleServer(out, common) {
  const { build } = await import("esbuild");
  for (const folder of BUNDLED) {
    for (const name of readdirSync(join(out, folder), { recursive: true })) {
      if (/\.js(\.map)?$/.test(name)) rmSync(join(out, folder, name));
    }
  }
  await build({
    ...common,
    ...{ bundle: true, splitting: true, platform: "node", format: "esm", plugins: [withoutPackages()] },
    entryPoints: ENTRIES.map((name) => `${name}.ts`),
    outbase: ".",
    outdir: out,
    chunkNames: "server/chunks/[name]-[hash]",
  });
}

/** Packages that are put into the server's files: of zod, most is what nothing here uses. */
const INSIDE = new Set(["zod"]);

/** All other packages stay what they are, and where they are. */
const withoutPackages = () => ({
  name: "without-packages",
  setup(esbuild) {
    esbuild.onResolve({ filter: /^[^./]/ }, ({ importer, kind, path }) => {
      if (kind === "entry-point" || INSIDE.has(path) || importer.includes("/node_modules/")) return undefined;
      return { path, external: true };
    });
  },
});
