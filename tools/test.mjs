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

/** Programs that some tests need and no package of npm brings: where they usually are, and how to get them. */
const PROGRAMS = [
  {
    name: "Chromium",
    tests: "**/*.browser.test.ts",
    debian: "chromium",
    variable: "CHROMIUM_PATH",
    paths: [
      "/usr/bin/chromium",
      "/usr/bin/chromium-browser",
      "/usr/bin/google-chrome",
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ],
  },
  {
    name: "Redis",
    // some need a browser as well
    tests: "**/*.redis.*test.ts",
    debian: "redis-server",
    variable: "REDIS_PATH",
    paths: ["/usr/bin/redis-server"],
  },
  {
    name: "RabbitMQ",
    tests: "**/*.rabbitmq.test.ts",
    debian: "rabbitmq-server",
    variable: "RABBITMQ_PATH",
    // not the one in PATH: on Debian that becomes another user first
    paths: ["/usr/lib/rabbitmq/bin/rabbitmq-server"],
  },
  {
    name: "HAProxy",
    // the hosts behind it share a Redis
    tests: "**/*.haproxy.redis.test.ts",
    debian: "haproxy",
    variable: "HAPROXY_PATH",
    paths: ["/usr/sbin/haproxy"],
  },
];

/** @returns the path of a program, or undefined where there is none, which is said. In CI that is a failure. */
function findProgram({ name, tests, debian, variable, paths }) {
  const given = process.env[variable];
  const found = (given ? [given] : paths).find(isExecutable);
  if (found !== undefined) return found;
  const missing = `There is no ${name} at ${given || paths[0]} (apt-get install ${debian}, or set ${variable})`;
  if (process.env.CI) {
    process.stderr.write(`${missing}, and in CI nothing may be left out.\n`);
    process.exit(1);
  }
  process.stderr.write(`\n${missing}: the tests that need it, ${tests}, are LEFT OUT.\n`);
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
async function runTests() {
  const folder = mkdtempSync(join(tmpdir(), "fugitive-test-"));
  const report = join(folder, "report.json");
  try {
    const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...vitestArgs];
    const paths = Object.fromEntries(programs.map(({ variable, path }) => [variable, path ?? ""]));
    const leftOut = programs.filter(({ path }) => path === undefined).map(({ tests }) => tests);
    const env = { ...paths, TESTS_LEFT_OUT: leftOut.join(" ") };
    const code = await run([...bin("vitest/vitest.mjs"), ...args], env);
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

const programs = PROGRAMS.map((program) => ({ ...program, path: findProgram(program) }));
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
  result = await runTests();
  if (result.skipped === 0 || filtered) return result.code;
  process.stderr.write(`${result.skipped} tests were skipped or are to be written: that is not passing.\n`);
  return result.code || 1;
});
const { passed, failed } = result;
for (const { name, path, tests } of programs) {
  if (path === undefined) process.stdout.write(`\n${tests} left out for want of ${name}\n`);
}
process.stdout.write(
  `\nall in ${((performance.now() - started) / 1000).toFixed(1)} s\n${passed} passed, ${failed} failed\n`,
);
