// Installs the packed package into a project that has nothing else, as its users do, and uses it there: the project of
// .ci/package-user is compiled against its types, its application is served by the program, its client talks to that, and
// every entry is imported. No package of our development is there.
// node .ci/try-package.mjs --cwd FOLDER --tarball FILE -- npm|…/yarn
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** An older compiler that is in use; the newest is that of the project. */
const TYPESCRIPT_5 = "5.9.3";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { cwd: { type: "string" }, tarball: { type: "string" } },
});
const { cwd, tarball } = values;
const [manager] = positionals;
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const inside = (path) => join(cwd, path);
const { dependencies, devDependencies } = JSON.parse(readFileSync(here("../package.json"), "utf8"));

function run(command, args) {
  const stdio = ["ignore", "pipe", "pipe"];
  try {
    return execFileSync(command, args, { cwd, encoding: "utf8", stdio, maxBuffer: 2 ** 26 });
  } catch (error) {
    throw new Error(`${command} ${args.join(" ")}\n${error.stdout}${error.stderr}`);
  }
}

function same(what, found, expected) {
  if (found.trim() !== JSON.stringify(expected)) throw new Error(`${what} said ${found}`);
}

mkdirSync(cwd, { recursive: true });
cpSync(here("package-user"), cwd, { recursive: true });
// what docs/INSTALL.md tells users of Yarn to have
for (const name of [".yarnrc", ".yarnrc.yml"]) cpSync(here(`../${name}`), inside(name));
// else Yarn 4 takes this for a part of a project further up
writeFileSync(inside("yarn.lock"), "");
const { typescript, "@types/node": node } = devDependencies;
const manifest = {
  ...{ name: "user", private: true, type: "module" },
  dependencies: { fugitive: `file:${tarball}`, zod: dependencies.zod },
  devDependencies: { typescript, "typescript-5": `npm:typescript@${TYPESCRIPT_5}`, "@types/node": node },
};
writeFileSync(inside("package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
run(manager, ["install"]);

const allowed = new Set([...Object.keys(manifest.devDependencies), ...Object.keys(dependencies)]);
const ours = Object.keys(devDependencies).filter(
  (name) => !allowed.has(name) && existsSync(inside(`node_modules/${name}`)),
);
// types of others may come with our dependencies
const needless = ours.filter((name) => !name.startsWith("@types/"));
if (needless.length > 0) throw new Error(`These came with it: ${needless.join(", ")}`);

for (const name of ["typescript-5", "typescript"]) {
  run(process.execPath, [inside(`node_modules/${name}/bin/tsc`), "-p", "tsconfig.json"]);
}
same("entries.js", run(process.execPath, ["out/entries.js"]), ["fugitive", 5, true, true, true, true]);

const npm = basename(manager).startsWith("npm");
const launchers = [
  // by the manager and with Ctrl-C; then by itself and with SIGTERM, which npm and Yarn 1 do not pass on
  ["interrupt", ...(npm ? ["npx", "--no-install", "fugitive"] : [manager, "run", "fugitive"])],
  ["terminate", inside("node_modules/.bin/fugitive")],
];
for (const [end, ...command] of launchers) {
  const args = ["--cwd", cwd, "--end", end, "--client", "out/client.js", "--", ...command, "serve", "out/app.js"];
  process.stdout.write(execFileSync(process.execPath, [here("try-start.mjs"), ...args], { encoding: "utf8" }));
}
