// The server as it is run: in few files.
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Modules of the server that somebody runs, or imports by name. */
const SERVER = [
  "index",
  "main",
  "cli/bin",
  "compute/main",
  "compute/compute-thread",
  "compute/task",
  "gateway/sdk/gateway",
  "queues/create-job-queue",
  "queues/sdk/worker",
  "simulate/simulate",
  "demo/app",
  "demo/hash-password.task",
];

/**
 * Puts what each of them needs into few files, most of them shared: several hundred cost every process that starts a tenth
 * of a second. The types stay where the compiler has put them.
 * @param folder where the compiler has put all of it
 * @param common options of esbuild that hold for everything that is built here
 */
export async function bundleServer(folder, common) {
  const { build } = await import("esbuild");
  for (const name of readdirSync(folder, { recursive: true })) {
    if (/\.js(\.map)?$/.test(name)) rmSync(join(folder, name));
  }
  await build({
    ...common,
    ...{ bundle: true, splitting: true, platform: "node", format: "esm", plugins: [withoutPackages()] },
    entryPoints: SERVER.map((name) => `server/${name}.ts`),
    outbase: "server",
    outdir: folder,
    chunkNames: "chunks/[name]-[hash]",
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
