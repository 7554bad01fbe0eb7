import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { installApart } from "./install-apart.mjs";

const FOLDER = new URL("../bench/artillery/", import.meta.url);

/** The program to run with Node.js. */
export const ARTILLERY = fileURLToPath(new URL("node_modules/artillery/bin/run", FOLDER));

/**
 * Installs Artillery, where it is not there yet.
 *
 * @param signal ends it
 * @throws Error with what to do about it
 */
export async function installArtillery(signal) {
  const { dependencies } = JSON.parse(readFileSync(new URL("package.json", FOLDER), "utf8"));
  await installApart(
    {
      folder: "bench/artillery",
      what: `Artillery ${dependencies.artillery}`,
      megabytes: 460,
      otherwise: "or with an Artillery that you have already:\n  npm run build && artillery run artillery-test.yml",
    },
    signal,
  );
}
