// What git holds must say nothing of the machine it was made on, and its lockfiles must serve every machine.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

const root = execFileSync("git", ["rev-parse", "--show-toplevel"], { encoding: "utf8" }).trim();
const git = (...args) => execFileSync("git", ["-C", root, ...args], { encoding: "utf8", maxBuffer: 2 ** 28 });

/** Registries that are known by name; written so that this file does not name one itself. */
const KNOWN_REGISTRIES = [
  "registry\\.(npmjs|yarnpkg|npmmirror|taobao)\\.[a-z]+",
  "(npm|maven)\\.pkg\\.github\\.com",
  "npm\\.jsr\\.io",
  "[a-z0-9.-]*\\.(jfrog\\.io|codeartifact\\.[a-z0-9.-]+|pkg\\.dev)/",
];
/** Folders that are nobody's in particular: paths in them may be examples. */
const COMMON_FOLDERS = ["/", "/home", "/mnt", "/opt", "/root", "/srv", "/tmp", "/usr", "/usr/src", "/var", "/var/tmp"];

const problems = [];

/** Lines of files in git that a regular expression of grep -E matches. */
function found(pattern) {
  try {
    return git("grep", "-nIE", "-e", pattern).trim().split("\n");
  } catch (error) {
    if (error.status === 1) return []; // nothing found
    throw error;
  }
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function complain(what, lines) {
  problems.push(...lines.map((line) => `${what}: ${line.slice(0, 160)}`));
}

const configured = execFileSync("npm", ["config", "get", "registry"], {
  cwd: root,
  encoding: "utf8",
  stdio: ["ignore", "pipe", "ignore"],
}).trim();
for (const pattern of [escaped(new URL(configured).host), ...KNOWN_REGISTRIES]) {
  complain("names a package registry", found(pattern));
}

const folders = [
  root,
  resolve(root, dirname(git("rev-parse", "--git-common-dir").trim())),
  process.env.HOME ?? "/root",
];
const ours = new Set([...folders, ...folders.map((folder) => dirname(folder))]);
for (const folder of ours) {
  if (COMMON_FOLDERS.includes(folder)) continue;
  complain("names a folder of this machine", found(`(^|[^.A-Za-z0-9_-])${escaped(folder)}(/|[^A-Za-z0-9_-]|$)`));
}

/** Packages with a lockfile: the project, what it is loaded with, and what makes the site of its documentation. */
const PACKAGES = ["", "bench/artillery/", "site/"];
let platforms = 0;
for (const folder of PACKAGES) {
  const lockfile = `${folder}package-lock.json`;
  const text = readFileSync(`${root}/${lockfile}`, "utf8");
  if (text.includes('"resolved"')) problems.push(`${lockfile} has "resolved" URLs`);
  const { packages } = JSON.parse(text);
  for (const [path, { optionalDependencies = {} }] of Object.entries(packages)) {
    for (const name of Object.keys(optionalDependencies)) {
      // npm leaves out what it could not get when the lockfile was written, and then refuses to install from it elsewhere
      if (packages[`${path}/node_modules/${name}`] === undefined && packages[`node_modules/${name}`] === undefined) {
        problems.push(`${lockfile} lacks ${name}, which ${path} may need on another platform`);
      }
      platforms++;
    }
  }
  const { dependencies, devDependencies } = JSON.parse(readFileSync(`${root}/${folder}package.json`, "utf8"));
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    if (!/^(npm:[a-z0-9@/.-]+@)?\d+\.\d+\.\d+$/.test(version))
      problems.push(`${folder}package.json: ${name} is not pinned: ${version}`);
  }
}

for (const problem of problems) process.stderr.write(`  ${problem}\n`);
if (problems.length > 0) process.exit(1);
process.stdout.write(
  `  ${git("ls-files").trim().split("\n").length} files, ${platforms} optional packages in the lockfiles\n`,
);
