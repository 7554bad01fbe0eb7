// What a Dockerfile says, and which files .dockerignore lets into a build: as much of both as this project uses.

/**
 * The stages of a Dockerfile: `[{ name, instructions: [{ word, flags, text }] }]`. Comments are gone, and continued lines
 * are one.
 */
export function readStages(dockerfile) {
  const lines = dockerfile.replace(/^\s*#.*\n/gm, "").replaceAll(/\\\n\s*/g, "");
  const stages = [];
  for (const line of lines.split("\n").filter((one) => one.trim() !== "")) {
    const [, word, given, text] = /^(\w+)((?:\s+--[\w-]+=\S+)*)\s+(.*)$/.exec(line) ?? [];
    if (word === undefined) throw new Error(`This line of the Dockerfile is not understood: ${line}`);
    if (word === "FROM") {
      stages.push({ name: / AS (\w+)$/.exec(text)?.[1], instructions: [] });
      continue;
    }
    const flags = Object.fromEntries([...given.matchAll(/--([\w-]+)=(\S+)/g)].map(([, name, value]) => [name, value]));
    stages.at(-1).instructions.push({ word, flags, text });
  }
  return stages;
}

/** A pattern of .dockerignore: it matches a path, and all that is below it. */
function matcher(pattern) {
  const parts = pattern.split("/").map((part) => {
    if (part === "**") return "(?:[^/]+/)*";
    return `${part.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*")}/`;
  });
  return new RegExp(`^${parts.join("")}`);
}

/** Those of the paths that .dockerignore lets into a build. */
export function notIgnored(paths, dockerignore) {
  const rules = dockerignore
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ taken: line.startsWith("!"), pattern: matcher(line.replace(/^!/, "")) }));
  return paths.filter((path) => rules.findLast(({ pattern }) => pattern.test(`${path}/`))?.taken ?? true);
}
