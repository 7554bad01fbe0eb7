// `npm test`: lint, build, types, tests. Stops at the first step that fails; other arguments go to Vitest.
// Ends with "N passed, N failed" on a line of its own. A test that was skipped counts as a failure of the run.
import { spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { constants as system, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (path) => [process.execPath, join(root, "node_modules", path)];
const vitestArgs = process.argv.slice(2);
/** With a filter by name, all other tests count as skipped. */
const filtered = vitestArgs.some((argument) => /^(-t|--testNamePattern)\b/.test(argument));

/** Runs a command with this process's streams; signals that are meant for this process reach it. @returns exit code */
function run([command, ...args], env = {}) {
  return new Promise((resolve) => {
    const plain = process.stdout.isTTY ? {} : { NO_COLOR: "1" };
    const child = spawn(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...plain, ...env } });
    const pass = (signal) => child.kill(signal);
    process.on("SIGTERM", pass).on("SIGINT", pass);
    child.once("error", (error) => {
      process.stderr.write(`${command}: ${error.message}\n`);
      resolve(1);
    });
    child.once("exit", (code, signal) => {
      process.off("SIGTERM", pass).off("SIGINT", pass);
      resolve(signal === null ? code : 128 + system.signals[signal]);
    });
  });
}

/** Where browsers of the kind usually are. */
const BROWSERS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];
/** Test files that drive the demo page in a browser. */
const BROWSER_TESTS = "**/*.browser.test.ts";

/** @returns the path of a Chromium, or undefined where there is none. In CI that is a failure. */
function findChromium() {
  const { CHROMIUM_PATH, CI } = process.env;
  const found = (CHROMIUM_PATH ? [CHROMIUM_PATH] : BROWSERS).find(isExecutable);
  if (found !== undefined) return found;
  const missing = `There is no Chromium at ${CHROMIUM_PATH || BROWSERS[0]} (apt-get install chromium, or set CHROMIUM_PATH)`;
  if (CI) {
    process.stderr.write(`${missing}, and in CI nothing may be left out.\n`);
    process.exit(1);
  }
  process.stderr.write(`\n${missing}: the tests of the page, ${BROWSER_TESTS}, are LEFT OUT.\n`);
  return undefined;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function step(name, work) {
  process.stdout.write(`\n${name}\n`);
  const started = performance.now();
  const code = await work();
  const took = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  process.stdout.write(code === 0 ? `${name}: ok, ${took}\n` : `${name}: FAILED, exit code ${code}, ${took}\n`);
  return code;
}

/** Runs Vitest and reads its report. A file that could not even be loaded has no failed test, but is one failure. */
async function runTests(chromium) {
  const folder = mkdtempSync(join(tmpdir(), "fugitive-test-"));
  const report = join(folder, "report.json");
  try {
    const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...vitestArgs];
    if (chromium === undefined) args.push(`--exclude=${BROWSER_TESTS}`);
    const code = await run([...bin("vitest/vitest.mjs"), ...args], { CHROMIUM_PATH: chromium ?? "" });
    return { code, ...readReport(report, code) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readReport(path, code) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }; // it did not get far enough to write one
  }
  const broken = report.testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  const failed = report.numFailedTests + broken.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

const chromium = findChromium();
const started = performance.now();
const checks = [
  ["lint", () => run([...bin("@biomejs/biome/bin/biome"), "check", "--error-on-warnings", "."])],
  ["build", () => run([process.execPath, join(root, "tools/build.mjs"), "--if-needed"])],
  // after the build: the examples are checked against the types that it made
  ["types", () => run([...bin("typescript/bin/tsc"), "-p", "tsconfig.json"])],
];
for (const [name, work] of checks) {
  const code = await step(name, work);
  if (code !== 0) process.exit(code);
}

let result;
process.exitCode = await step("tests", async () => {
  result = await runTests(chromium);
  if (result.skipped === 0 || filtered) return result.code;
  process.stderr.write(`${result.skipped} tests were skipped or are to be written: that is not passing.\n`);
  return result.code || 1;
});
const { passed, failed } = result;
if (chromium === undefined) process.stdout.write(`\n${BROWSER_TESTS} left out for want of Chromium\n`);
process.stdout.write(
  `\nall in ${((performance.now() - started) / 1000).toFixed(1)} s\n${passed} passed, ${failed} failed\n`,
);
