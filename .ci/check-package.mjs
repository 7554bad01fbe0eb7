// What is in the package, and whether its entries are found, with their types, by whoever resolves them.
// node .ci/check-package.mjs --tools FOLDER --tarball FILE: the folder has publint and @arethetypeswrong/cli.
import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { tools, tarball } = parseArgs({ options: { tools: { type: "string" }, tarball: { type: "string" } } }).values;
/** Packed, in bytes. */
const SIZE_LIMIT = 3_600_000;

const problems = [];
const bin = (name) => join(tools, "node_modules/.bin", name);

// every path that the package's file names is there
const names = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8", maxBuffer: 2 ** 24 })
  .trim()
  .split("\n");
const files = new Set(names.map((name) => name.replace(/^package\//, "")));
const { bin: bins, exports } = JSON.parse(readFileSync("package.json", "utf8"));
const pathsOf = (value) => (typeof value === "string" ? [value] : Object.values(value).flatMap(pathsOf));
for (const path of [...pathsOf(bins), ...pathsOf(exports)].map((one) => one.replace("./", ""))) {
  if (!files.has(path)) problems.push(`the package lacks ${path}`);
}
for (const path of ["LICENSE", "README.md", "CHANGELOG.md", "dist/THIRD-PARTY-LICENSES.txt"]) {
  if (!files.has(path)) problems.push(`the package lacks ${path}`);
}
// sources are in the maps; tests, their helpers and marks of the build are nobody's
for (const path of files) {
  if (/\.test\.|(^|\/)test\/|\.built$|^(?!dist\/|docs\/)[\w-]+\//.test(path)) problems.push(`the package has ${path}`);
}
const size = readFileSync(tarball).length;
if (size > SIZE_LIMIT) problems.push(`the package has ${size} bytes, of ${SIZE_LIMIT} at most`);

const lint = spawnSync(bin("publint"), ["run", "--strict", tarball], { encoding: "utf8" });
if (lint.status !== 0 || !lint.stdout.includes("All good!")) problems.push(`publint: ${lint.stdout}${lint.stderr}`);

/**
 * What @arethetypeswrong/cli finds, and is meant to be so; anything else, more or less, is a problem.
 * - node10 knows no `exports`, and TypeScript has given it up.
 * - But for the client all is for modules alone: `require` of a module is for Node.js 20.19, 22.12 and later, by themselves.
 * - The web worker's script is a file to be served, not a module to be imported: it has no types.
 */
function expected(entry) {
  const script = entry.endsWith(".worker.js");
  return [
    "NoResolution node10",
    ...(entry === "./client" ? [] : ["CJSResolvesToESM node16-cjs"]),
    ...(script ? ["node16-cjs", "node16-esm", "bundler"].map((mode) => `UntypedResolution ${mode}`) : []),
  ].map((text) => `${entry} ${text}`);
}
const entries = Object.keys(exports).filter((entry) => entry !== "./package.json");
const wanted = new Set(entries.flatMap(expected));
// into a file: it ends before a pipe has taken all of it
const report = join(tools, "attw.json");
const out = openSync(report, "w");
const { status } = spawnSync(bin("attw"), [tarball, "--format", "json"], { stdio: ["ignore", out, "inherit"] });
closeSync(out);
if (status !== 0 && status !== 1) throw new Error(`attw ended with exit code ${status}`);
const found = JSON.parse(readFileSync(report, "utf8")).analysis.problems.map((problem) => {
  const { kind, entrypoint, resolutionKind } = problem;
  // some are of a file, whoever comes to it
  return entrypoint === undefined ? JSON.stringify(problem) : `${entrypoint} ${kind} ${resolutionKind}`;
});
problems.push(...found.filter((one) => !wanted.has(one)).map((one) => `types: ${one}`));
problems.push(...[...wanted].filter((one) => !found.includes(one)).map((one) => `types: no longer so: ${one}`));

for (const problem of problems) process.stderr.write(`  ${problem}\n`);
if (problems.length > 0) process.exit(1);
process.stdout.write(
  `  ${files.size} files, ${size} bytes packed; ${entries.length} entries are found as they are meant to\n`,
);
