// The licenses of all that is built into our files.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)\//;
const LICENSE = /^(licen[cs]e|copying)(\.\w+)?$/i;

/** Names of packages of which something is in the files of a folder, by what their source maps say. */
function packagesWithin(folder) {
  const maps = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".map"));
  const sources = maps.flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")).sources);
  const names = sources.flatMap((source) => PACKAGE.exec(source)?.[1] ?? []);
  return [...new Set(names)].sort();
}

/**
 * Writes down the licenses of the packages of which something is in the files of a folder, which all ask for that.
 * Throws where one has none.
 * @param modules the folder of packages
 */
export function writeThirdParty(folder, modules) {
  const parts = packagesWithin(folder).map((name) => {
    const at = join(modules, name);
    const { version, license } = JSON.parse(readFileSync(join(at, "package.json"), "utf8"));
    const file = readdirSync(at).find((one) => LICENSE.test(one));
    if (file === undefined) throw new Error(`${name} is built into our files, and has no file of its license.`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(at, file), "utf8").trim()}\n`;
  });
  const head = "These files hold parts of the following packages.\n";
  writeFileSync(join(folder, "THIRD-PARTY-LICENSES.txt"), [head, ...parts].join(`\n${"-".repeat(80)}\n\n`));
}
