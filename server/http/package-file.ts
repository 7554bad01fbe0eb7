import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The package's root, seen from the sources (server/http/) and from the build (dist/server/chunks/). */
const ROOTS = [new URL("../../", import.meta.url), new URL("../../../", import.meta.url)] as const;

/** A file of this package, given by its path from the root. */
export function packageUrl(path: string): URL {
  return new URL(path, ROOTS.find((root) => existsSync(new URL("package.json", root))) ?? ROOTS[0]);
}

/** The same as a path. */
export function packageFile(path: string): string {
  return fileURLToPath(packageUrl(path));
}
