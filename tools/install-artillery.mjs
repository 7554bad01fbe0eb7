import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../bench/artillery/", import.meta.url));
const MODULES = join(FOLDER, "node_modules");
const TELL_MS = 5_000;
/** As measured; it is only to tell people. */
const MEGABYTES = 460;

/** The program to run with Node.js. */
export const ARTILLERY = join(MODULES, "artillery/bin/run");

function read(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

/**
 * Installs Artillery as bench/artillery/package-lock.json says, where it is not there yet, and tells how far it is.
 *
 * @param signal ends it
 * @throws Error with what to do about it
 */
export async function installArtillery(signal) {
  const { artillery: version } = read(join(FOLDER, "package.json")).dependencies;
  if (isInstalled(version)) return;
  // the first is bench/artillery itself
  const packages = Object.keys(read(join(FOLDER, "package-lock.json")).packages).length - 1;
  process.stderr.write(
    `Installing Artillery ${version} into bench/artillery, once: ${packages} packages, about ${MEGABYTES} MB.\n`,
  );
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1_000).toFixed(0)} s`;
  const timer = setInterval(() => {
    process.stderr.write(`  ${seconds()}: ${installedPackages()} packages\n`);
  }, TELL_MS);
  try {
    await npm(["ci", "--no-progress", "--loglevel=error", "--prefix", FOLDER], signal);
  } finally {
    clearInterval(timer);
  }
  process.stderr.write(`  installed in ${seconds()}; to be rid of it, remove bench/artillery/node_modules\n`);
}

/** npm writes that hidden file last. */
function isInstalled(version) {
  const manifest = join(MODULES, "artillery/package.json");
  return existsSync(join(MODULES, ".package-lock.json")) && existsSync(manifest) && read(manifest).version === version;
}

function installedPackages() {
  const folders = (path) => (existsSync(path) ? readdirSync(path).filter((name) => !name.startsWith(".")) : []);
  return folders(MODULES)
    .flatMap((name) => (name.startsWith("@") ? folders(join(MODULES, name)).map((own) => `${name}/${own}`) : [name]))
    .filter((name) => existsSync(join(MODULES, name, "package.json"))).length;
}

async function npm(args, signal) {
  const child = spawn("npm", args, {
    cwd: FOLDER,
    env: environment(),
    // npm is a script of the shell there
    shell: process.platform === "win32",
    stdio: ["ignore", "ignore", "inherit"],
    signal,
  });
  const code = await new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", resolve);
  });
  if (code === 0) return;
  throw new Error(
    `Artillery could not be installed: npm ended with ${code}. What npm said stands above. It needs npm's registry, or a\n` +
      "mirror of it, and some room on the disk. Once that is there, this again; or with an Artillery that you have already:\n" +
      "  npm run build && artillery run artillery-test.yml",
  );
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
