import { existsSync } from "node:fs";
import { posix } from "node:path";
import { ROOT, read } from "./node-process.ts";

/** The links of a document to this project's files and their headings that lead nowhere. @param path in the project */
export function brokenLinks(path: string): string[] {
  const links = [...read(path).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)];
  if (links.length === 0) throw new Error(`${path} has no links`);
  const broken = links.filter(([, file = "", heading]) => {
    const target = file === "" ? path : posix.join(posix.dirname(path), file);
    if (!existsSync(`${ROOT}${target}`)) return true;
    return heading !== undefined && target.endsWith(".md") && !anchorsOf(read(target)).has(heading);
  });
  return broken.map(([link]) => link);
}

/** Of the headings of a document, what stands behind `#` in links to them. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.replace(/^```.*?^```/gms, "").matchAll(/^#+ (.*)$/gm)];
  return new Set(
    headings.map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, "")
        .trim()
        .replace(/\s/g, "-"),
    ),
  );
}
