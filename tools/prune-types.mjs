// Declarations that nobody can come to are no part of the build: the compiler makes one for every module.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** What a declaration imports of its neighbours, be it at its top or within a type. */
const IMPORT = /(?:\bfrom|\bimport\(|\bimport)\s*"(\.[^"]+)"/g;

/** All declarations that package.json names under a condition `types`, at whatever depth. */
function entries(exports) {
  if (typeof exports === "string") return exports.endsWith(".d.ts") ? [exports] : [];
  return Object.values(exports).flatMap(entries);
}

/**
 * Removes from a build the declarations that no entry of the package reaches.
 * @param folder the build, which package.json calls `./dist`
 * @param exports `exports` of package.json
 */
export function pruneTypes(folder, exports) {
  const reached = new Set(entries(exports).map((path) => resolve(folder, path.replace("./dist/", ""))));
  for (const file of reached) {
    for (const [, path] of readFileSync(file, "utf8").matchAll(IMPORT)) {
      const target = resolve(dirname(file), path.replace(/\.[jt]s$/, ".d.ts"));
      // an example in a comment may name a file that there is not
      if (existsSync(target)) reached.add(target);
    }
  }
  for (const name of readdirSync(folder, { recursive: true })) {
    const file = resolve(join(folder, name));
    if (name.endsWith(".d.ts") && !reached.has(file)) rmSync(file);
  }
}
