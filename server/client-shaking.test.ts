import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { build as buildByVite, type Rolldown } from "vite";
import { expect, it } from "vitest";
import { packageUser } from "./test/package-user.ts";

/** What a page that imports this alone has to fetch before it runs: at most so many bytes, minified. */
const SMALL: readonly (readonly [code: string, limit: number])[] = [
  ['import "fugitive/client"; console.log(1);', 20],
  ['import { AppError } from "fugitive/client"; console.log(AppError);', 1_500],
  ['import { definePlugin } from "fugitive/client"; console.log(definePlugin);', 100],
  ['import { story } from "fugitive/client"; console.log(story);', 1_500],
  ['import type { Client } from "fugitive/client"; export type Mine = Client; console.log(1);', 20],
  ['import "fugitive/centaurus"; console.log(1);', 20],
  ['import { transfer } from "fugitive/centaurus"; console.log(transfer);', 1_000],
  ['import { CentaurusError } from "fugitive/centaurus"; console.log(CentaurusError);', 400],
];
/** A little more than the bundle that is served to pages, which is minified twice: server/client-size.test.ts. */
const CONNECT = 'import { connect } from "fugitive/client"; console.log(connect);';
const CONNECT_GZIPPED_LIMIT = 21_000;
/** A script of which nothing is imported, but which does something: it is not to be shaken off. */
const SCRIPT = 'import "fugitive/centaurus.worker.js";';

interface Chunk {
  readonly name: string;
  readonly code: string;
  readonly imports: readonly string[];
}

/** The first chunk, and all that it imports at its start. */
function start(chunks: readonly Chunk[], entry: Chunk | undefined): string {
  if (entry === undefined) throw new Error("There is no such chunk");
  const needed = new Set([entry]);
  for (const { imports } of needed) {
    for (const chunk of chunks) if (imports.includes(chunk.name)) needed.add(chunk);
  }
  return [...needed].map(({ code }) => code.trim()).join("");
}

/** In one file where nothing is to be left for later: with several, esbuild keeps what only dropped code would have fetched. */
async function byEsbuild(code: string): Promise<string> {
  const folder = await packageUser({ "page.ts": code });
  const { outputFiles, metafile } = await build({
    ...{ absWorkingDir: folder, entryPoints: ["page.ts"], outdir: "out", write: false, metafile: true },
    ...{ bundle: true, splitting: code === CONNECT, logLevel: "error", format: "esm", minify: true, target: "es2022" },
  });
  const chunks = Object.entries(metafile.outputs).map(([name, { imports }]) => ({
    name,
    code: outputFiles.find(({ path }) => path.endsWith(`/${name}`))?.text ?? "",
    imports: imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => path),
  }));
  return start(
    chunks,
    chunks.find(({ name }) => name === "out/page.js"),
  );
}

async function byVite(code: string): Promise<string> {
  const folder = await packageUser({ "page.ts": code });
  const { output } = (await buildByVite({
    ...{ root: folder, logLevel: "silent", configFile: false },
    build: {
      ...{ target: "es2022", write: false, modulePreload: false, minify: true },
      rolldownOptions: { input: `${folder}/page.ts` },
    },
  })) as Rolldown.RolldownOutput;
  const chunks = output.flatMap((one) =>
    one.type === "chunk" ? [{ name: one.fileName, code: one.code, imports: one.imports }] : [],
  );
  const entry = output.find((one) => one.type === "chunk" && one.isEntry);
  return start(
    chunks,
    chunks.find(({ name }) => name === entry?.fileName),
  );
}

it.each([
  ["esbuild", byEsbuild],
  ["Vite", byVite],
])("what a page does not use of the client and of Centaurus, %s leaves out", async (name, bundle) => {
  const sizes: Record<string, number> = {};
  for (const [code] of SMALL) sizes[code] = (await bundle(code)).length;
  expect(
    SMALL.filter(([code, limit]) => (sizes[code] ?? Infinity) > limit).map(([code]) => [code, sizes[code]]),
  ).toEqual([]);
  const gzipped = gzipSync(await bundle(CONNECT)).length;
  expect(gzipped).toBeLessThan(CONNECT_GZIPPED_LIMIT);
  // what pages fetch later is not in it
  expect(gzipped).toBeGreaterThan(10_000);
  process.stderr.write(`connect, by ${name}: ${gzipped} bytes gzipped, of ${CONNECT_GZIPPED_LIMIT} at most\n`);
  expect((await bundle(SCRIPT)).length).toBeGreaterThan(10_000);
});
