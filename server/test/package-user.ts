import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * A folder with these files, in which this package, as it is built, can be imported by its name. Gone when the test is
 * over.
 *
 * @returns the folder's path
 */
export async function packageUser(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fugitive-user-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "node_modules"));
  await symlink(ROOT, join(folder, "node_modules/fugitive"), "dir");
  await symlink(join(ROOT, "node_modules/@types"), join(folder, "node_modules/@types"), "dir");
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}
