import { readFileSync } from "node:fs";
import { packageUrl } from "./http/package-file.ts";

/** This package's version, as its package.json has it. */
export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(packageUrl("package.json"), "utf8")) as { version: string };
  return version;
}
