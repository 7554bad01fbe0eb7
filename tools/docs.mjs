// `npm run docs`: makes the documentation a site, with the API from the doc comments, and looks at all of its links.
import { spawn } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { makeApiPages } from "../site/api.mjs";
import { checkSite } from "../site/check.mjs";
import { makePages } from "../site/pages.mjs";
import { freePort } from "./free-port.mjs";
import { installApart } from "./install-apart.mjs";
import { misused, readArguments } from "./read-arguments.mjs";
import { untilInterrupted } from "./until-interrupted.mjs";

const HELP = `npm run docs [-- flags]

Makes the documentation a site, in site/dist: plain files for any web server.
What that takes is installed into site the first time: about 150 MB.

  --serve       serves it then, on this machine only, until Ctrl-C
  --port PORT   where; by default on one that is free
  --base PATH   where the site will be on its host (default: /)
  --help        this text

Ends with 1 where a link of it leads nowhere, or something that the package
exports has no doc comment.`;

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const SITE = join(ROOT, "site");
const PAGES = join(SITE, "pages");
const DIST = join(SITE, "dist");
/** Of what a program says that fails: one mistake in a type may have hundreds of others follow. */
const MOST_LINES = 30;

/** Runs a program of site/node_modules with Node.js. @throws Error with its complaints, which begin so, where it fails */
async function run(program, args, signal, begin, env = {}) {
  const child = spawn(process.execPath, [join(SITE, "node_modules", program), ...args], {
    cwd: SITE,
    env: { ...process.env, ...env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
  const ended = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, name) => resolve(code ?? name));
  });
  if (ended !== 0)
    throw new Error(complaintsOf(stripVTControlCharacters(said).trim(), begin) || `${program} ended with ${ended}.`);
}

/** @returns what `work` returns; tells how long it took */
async function step(what, work) {
  const started = performance.now();
  process.stderr.write(`${what} … `);
  try {
    const result = await work();
    process.stderr.write(`${((performance.now() - started) / 1_000).toFixed(0)} s\n`);
    return result;
  } catch (error) {
    process.stderr.write("failed\n");
    throw error;
  }
}

/** Of what a program said, the complaints, which begin so; where there are none, the first of it, but for its stacks. */
function complaintsOf(said, begin) {
  const lines = said.split("\n").filter((line) => !/^ +at /.test(line));
  const complaints = lines.filter((line) => begin.test(line)).map((line) => line.replace(begin, "  "));
  if (complaints.length > 0) return complaints.join("\n");
  const more = lines.length - MOST_LINES;
  return [...lines.slice(0, MOST_LINES), ...(more > 0 ? [`… and ${more} lines more`] : [])].join("\n");
}

async function api(signal) {
  // it takes the package's name for a folder
  await run("typedoc/bin/typedoc", ["--options", "typedoc.json"], signal, /^\[(?:warning|error)\] (?!Found \d)/).catch(
    (error) => {
      throw new Error(error.message.replaceAll("defined in fugitive/", "defined in "));
    },
  );
  makeApiPages(join(PAGES, "typedoc"), PAGES, (path) => {
    const file = join(ROOT, path);
    return existsSync(file) ? /^# (.*)/.exec(readFileSync(file, "utf8"))?.[1] : undefined;
  });
}

async function main({ base = "/", serve = false, port }, signal) {
  if (!/^\/([\w.-]+\/)*$/.test(base)) misused("--base is a path with a slash at both ends, as /docs/.", HELP);
  if (port !== undefined && !(/^\d+$/.test(port) && port >= 1 && port <= 65_535))
    misused("--port is from 1 to 65535.", HELP);
  // the API is read by the types of what the source imports
  if (!existsSync(join(ROOT, "node_modules/typescript"))) throw new Error("The project is not installed: npm ci");
  await installApart({ folder: "site", what: "what makes the site", megabytes: 150 }, signal);
  rmSync(DIST, { recursive: true, force: true });
  const sources = await step("documents and examples", () => makePages(PAGES));
  cpSync(join(SITE, "index.md"), join(PAGES, "index.md"));
  cpSync(join(SITE, "public"), join(PAGES, "public"), { recursive: true });
  cpSync(join(ROOT, "docs/images/dashboard.png"), join(PAGES, "public/dashboard.png"));
  await step("the API, from the doc comments", () => api(signal));
  await step("pages", () => run("vitepress/bin/vitepress.js", ["build", "."], signal, /^\(!\) /, { DOCS_BASE: base }));
  const { problems, pages, links } = checkSite(DIST, base);
  if (problems.length > 0) {
    const lines = problems.map(({ page, what }) => `  ${sources.get(page) ?? page} ${what}`);
    throw new Error([...new Set(lines)].join("\n"));
  }
  process.stderr.write(`${pages} pages, and each of their ${links} links leads somewhere\n`);
  process.stdout.write("The site is in site/dist, for any web server.\n");
  if (!serve || signal.aborted) return;
  const { preview } = await import("vite");
  const server = await preview({
    root: SITE,
    base,
    configFile: false,
    appType: "mpa",
    logLevel: "error",
    build: { outDir: DIST },
    preview: { host: "127.0.0.1", port: port === undefined ? await freePort() : Number(port), strictPort: true },
  });
  process.stdout.write(`It is at ${server.resolvedUrls.local[0]} until Ctrl-C.\n`);
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  await server.close();
}

const options = readArguments({ serve: { type: "boolean" }, port: { type: "string" }, base: { type: "string" } }, HELP);
await untilInterrupted("docs.mjs", (signal) => main(options, signal));
