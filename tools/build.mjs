// Builds everything into dist/: the server and the client as ES modules with types, the browser bundles, the demo page,
// the examples of the documentation.
// `--if-needed` does nothing where the last build is newer than every source.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildExamples } from "./build-examples.mjs";
import { bundleServer } from "./bundle-server.mjs";
import { pruneTypes } from "./prune-types.mjs";
import { writeThirdParty } from "./third-party.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const STAMP = ".built";
const SOURCES = [
  "shared",
  "centaurus",
  "client",
  "server",
  "cli",
  "docs/examples",
  "tools/build.mjs",
  "tools/build-examples.mjs",
  "tools/bundle-server.mjs",
  "tools/prune-types.mjs",
  "tools/third-party.mjs",
  "tsconfig.json",
  "tsconfig.build.json",
  "package.json",
];

/** Time of the newest file below `path`, in milliseconds. */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  const names = readdirSync(path).filter((name) => !name.endsWith(".test.ts"));
  // the folder's own time tells of files that are gone
  return Math.max(stat.mtimeMs, ...names.map((name) => newest(join(path, name))));
}

/** Whether dist/ is missing or older than a source. A package from the registry has no sources, and is never stale. */
export function isStale() {
  if (!existsSync(join(root, "tsconfig.build.json"))) return false;
  const stamp = join(root, "dist", STAMP);
  if (!existsSync(stamp)) return true;
  const built = statSync(stamp).mtimeMs;
  return SOURCES.some((source) => newest(join(root, source)) > built);
}

/** Builds into dist/. Throws with the compiler's words where it fails. */
export async function build() {
  const started = performance.now();
  const began = new Date();
  // beside dist/ until it is whole: a server may run from there, or be about to start, and others may build as well
  const out = `dist-${process.pid}`;
  try {
    await buildInto(out);
    writeFileSync(join(root, out, STAMP), "");
    // what was changed while this ran may not be in it
    utimesSync(join(root, out, STAMP), began, began);
    replaceBuild(out);
  } finally {
    rmSync(join(root, out), { recursive: true, force: true });
  }
  process.stderr.write(`built dist/ in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

/** Puts a build in the place of the last one. Where somebody else's, as new as this, gets there first, that one stays. */
function replaceBuild(out) {
  const dist = join(root, "dist");
  const old = join(root, `${out}-old`);
  const tryToMove = (from, to) => {
    try {
      renameSync(from, to);
    } catch (error) {
      if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes(error.code)) throw error;
    }
  };
  tryToMove(dist, old);
  tryToMove(join(root, out), dist);
  rmSync(old, { recursive: true, force: true });
}

async function buildInto(out) {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const tsc = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json", "--outDir", out], {
    cwd: root,
    encoding: "utf8",
  });
  if (tsc.status !== 0) throw new Error(`The build failed.\n${tsc.stdout}${tsc.stderr}`);
  await bundleServer(join(root, out), COMMON);
  await buildWeb(out);
  await buildCommonJs(out);
  const { buildSync } = await import("esbuild");
  buildExamples(`${out}/examples`, { ...COMMON, format: "esm" }, buildSync);
  // what tsc makes of it calls a function of its own for the address, in which bundlers do not see that it is not theirs
  buildSync({ ...COMMON, entryPoints: ["client/fetch-code.ts"], format: "esm", outdir: `${out}/client` });
  writeThirdParty(join(root, out), join(root, "node_modules"));
  pruneTypes(join(root, out), JSON.parse(readFileSync(join(root, "package.json"), "utf8")).exports);
}

const COMMON = { absWorkingDir: root, target: "es2022", sourcemap: true, logLevel: "error" };

/** Modules that a page fetches when it first needs them, and the bundles that they are. */
const APART = {
  "page-deflate": "client-deflate",
  "page-peers": "client-peers",
  "page-workers": "client-workers",
};

/**
 * These are files of their own, which the client and the demo page share. Not by esbuild's splitting, which would make
 * one for each, under a name that changes with its content.
 */
const apart = (...modules) => ({
  name: "apart",
  setup(esbuild) {
    esbuild.onResolve({ filter: new RegExp(`/(${modules.join("|")})\\.ts$`) }, ({ kind, path }) => {
      const [, name] = /([^/]+)\.ts$/.exec(path);
      return kind === "dynamic-import" ? { path: `./${APART[name]}.mjs`, external: true } : undefined;
    });
  },
});

/**
 * Properties by which parts of Centaurus know one another in a page. Nobody else sees them, no message has them, and
 * nothing of a browser's is called so: they may have shorter names.
 */
const INTERNAL =
  "answered began begins cancel classes drain dueAt ended explain extras failed failure free heard idleSince " +
  "inside joins leave load lost more moved onAbort orphans over parameters place post putBack queue release replay " +
  "restUntil retire retires runner setUp settled spawn step told unbegun waits worker";
const CENTAURUS = { mangleProps: new RegExp(`^(${INTERNAL.replaceAll(" ", "|")})$`) };

/** What a client's web workers import, of one piece. */
const CODEC = { entryPoints: { "client-codec": "client/workers/codec-functions.ts" } };

/** Takes another 5 % off a bundle: Vite's minifier finds what esbuild's does not, which in turn shortens properties. */
async function minifyAgain(file) {
  const [{ minifySync }, { default: remapping }] = await Promise.all([import("vite"), import("@jridgewell/remapping")]);
  const name = basename(file);
  const module = name.endsWith(".mjs");
  const options = { module, compress: { target: COMMON.target }, mangle: true, sourcemap: true };
  const { code, map, errors } = minifySync(name, readFileSync(file, "utf8"), options);
  if (errors.length > 0) throw new Error(`${name} could not be minified: ${errors[0].message}`);
  const whole = remapping([map, JSON.parse(readFileSync(`${file}.map`, "utf8"))], () => null);
  writeFileSync(file, `${code.trimEnd()}\n//# sourceMappingURL=${name}.map\n`);
  writeFileSync(`${file}.map`, JSON.stringify(whole));
}

/** A page, with its sections in their places. */
function page(folder) {
  const read = (name) => readFileSync(join(root, folder, name), "utf8");
  return read("index.html").replace(/^ *<!-- (sections\/[\w-]+\.html) -->\n/gm, (_, section) => read(section));
}

/** What browsers load: the client and Centaurus as modules and as classic scripts, the web worker, both pages. */
async function buildWeb(out) {
  const { build } = await import("esbuild");
  const common = { ...COMMON, bundle: true, minify: true, outdir: `${out}/web` };
  const asModules = { ...common, format: "esm", plugins: [apart(...Object.keys(APART))] };
  const mjs = { ".js": ".mjs" };
  const client = { client: "client/index.ts" };
  // the classic script has all in it but what few pages need: it fetches that from beside itself
  const classic = { ...common, format: "iife", globalName: "fugitive", plugins: [apart("page-peers", "page-workers")] };
  await Promise.all([
    build({ ...classic, entryPoints: client }),
    build({ ...asModules, entryPoints: client, outExtension: mjs }),
    ...Object.entries(APART).map(([module, bundle]) =>
      build({ ...asModules, entryPoints: { [bundle]: `client/${module}.ts` }, outExtension: mjs }),
    ),
    // what web workers import: once where servers serve it, and once where bundlers and Node.js look for it
    ...["web", "client/workers"].map((folder) =>
      build({ ...common, ...CODEC, format: "esm", outExtension: mjs, outdir: `${out}/${folder}` }),
    ),
    build({ ...asModules, entryPoints: { demo: "server/web/demo.ts" } }),
    // all in one file, as the control port has no bundles; but for what it never fetches
    build({
      ...common,
      ...{ entryPoints: { dashboard: "server/web/dashboard/dashboard.ts" }, format: "esm" },
      plugins: [apart("page-peers", "page-workers")],
    }),
    build({ ...asModules, ...CENTAURUS, entryPoints: { centaurus: "centaurus/index.ts" }, outExtension: mjs }),
    build({ ...common, ...CENTAURUS, entryPoints: { centaurus: "centaurus/script.ts" }, format: "iife" }),
    build({ ...common, entryPoints: { "centaurus.worker": "centaurus/worker/browser.ts" }, format: "iife" }),
  ]);
  const names = ["centaurus.mjs", "centaurus.js", "client.mjs", "client.js", "client-peers.mjs"];
  await Promise.all(names.map((name) => minifyAgain(join(root, out, "web", name))));
  writeFileSync(join(root, out, "web/index.html"), page("server/web"));
  writeFileSync(join(root, out, "web/dashboard.html"), page("server/web/dashboard"));
}

/**
 * The client for `require`, over the same packages as the module. Its types are those of the module, once more, in a
 * folder whose package.json says that they are of CommonJS: TypeScript asks for that.
 */
async function buildCommonJs(out) {
  const { build } = await import("esbuild");
  await build({
    ...COMMON,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "cjs",
    entryPoints: { node: "client/node.ts" },
    outdir: `${out}/client`,
    outExtension: { ".js": ".cjs" },
    // it asks where it is itself, which a module of CommonJS cannot: that one is shared with the other build
    plugins: [
      {
        name: "workers-apart",
        setup(esbuild) {
          esbuild.onResolve({ filter: /\/page-workers\.ts$/ }, () => ({ path: "./page-workers.js", external: true }));
        },
      },
    ],
  });
  const types = join(root, out, "cjs");
  for (const folder of ["client", "shared"]) {
    const files = readdirSync(join(root, out, folder), { recursive: true });
    for (const file of files.filter((name) => name.endsWith(".d.ts"))) {
      cpSync(join(root, out, folder, file), join(types, folder, file));
    }
  }
  writeFileSync(join(types, "package.json"), '{ "type": "commonjs" }\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url) && (!process.argv.includes("--if-needed") || isStale())) {
  await build().catch((error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
}
