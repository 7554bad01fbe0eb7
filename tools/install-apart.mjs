import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const TELL_MS = 5_000;

/**
 * @typedef {object} Apart
 * @property {string} folder of this project, with a package.json and a package-lock.json of its own
 * @property {string} what it is installed for, as people are told
 * @property {number} megabytes of it, as measured; only to tell people
 * @property {string} [otherwise] what can be done without it
 */

/**
 * Installs what only one command needs, as the lockfile of its own folder says, where it is not there yet, and tells how far
 * it is.
 *
 * @param {Apart} apart
 * @param {AbortSignal} [signal] ends it
 * @throws Error with what to do about it
 */
export async function installApart({ folder, what, megabytes, otherwise }, signal) {
  const place = join(ROOT, folder);
  if (isInstalled(place)) return;
  // the first is the folder itself
  const packages = Object.keys(read(join(place, "package-lock.json")).packages).length - 1;
  process.stderr.write(`Installing ${what} into ${folder}, once: up to ${packages} packages, about ${megabytes} MB.\n`);
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1_000).toFixed(0)} s`;
  const timer = setInterval(() => {
    process.stderr.write(`  ${seconds()}: ${installedPackages(place)} packages\n`);
  }, TELL_MS);
  let ended;
  try {
    ended = await npm(["ci", "--no-progress", "--loglevel=error", "--prefix", place], place, signal);
  } finally {
    clearInterval(timer);
  }
  if (ended !== 0) {
    throw new Error(
      `${what} could not be installed: npm ended with ${ended}. What npm said stands above. It needs npm's registry, or a\n` +
        `mirror of it, and some room on the disk. Once that is there, this again${otherwise === undefined ? "." : `; ${otherwise}`}`,
    );
  }
  process.stderr.write(`  installed in ${seconds()}; to be rid of it, remove ${folder}/node_modules\n`);
}

function read(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** npm writes that hidden file last. */
function isInstalled(place) {
  if (!existsSync(join(place, "node_modules/.package-lock.json"))) return false;
  return Object.entries(read(join(place, "package.json")).dependencies).every(([name, version]) => {
    const manifest = join(place, "node_modules", name, "package.json");
    return existsSync(manifest) && read(manifest).version === version;
  });
}

function installedPackages(place) {
  const modules = join(place, "node_modules");
  const folders = (path) => (existsSync(path) ? readdirSync(path).filter((name) => !name.startsWith(".")) : []);
  return folders(modules)
    .flatMap((name) => (name.startsWith("@") ? folders(join(modules, name)).map((own) => `${name}/${own}`) : [name]))
    .filter((name) => existsSync(join(modules, name, "package.json"))).length;
}

/** @returns its exit code, or why it did not start */
async function npm(args, cwd, signal) {
  const child = spawn("npm", args, {
    cwd,
    env: environment(),
    // npm is a script of the shell there
    shell: process.platform === "win32",
    stdio: ["ignore", "ignore", "inherit"],
    signal,
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, name) => resolve(code ?? name));
  });
}

/** Yarn hands its own registry on to npm, which knows a better one where it is configured. */
function environment() {
  const entries = Object.entries(process.env);
  const isYarn = process.env.npm_config_user_agent?.startsWith("yarn") === true;
  return {
    ...Object.fromEntries(isYarn ? entries.filter(([name]) => !name.startsWith("npm_")) : entries),
    // for an npm that runs install scripts all the same
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: "1",
  };
}
