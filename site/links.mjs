import { posix } from "node:path";

/** A line that begins a fence, or, with nothing behind it, ends one. */
const FENCE = /^ *(`{3,}|~{3,})(.*)/;
/** A code span, or a link or picture; its text may hold code and one pair of brackets. */
const SPAN_OR_LINK =
  /(?<ticks>`+)(?<code>[^`]+)\k<ticks>|(?<mark>!?)\[(?<text>(?:[^[\]]|\[[^\]]*\])*)\]\((?<target>[^)\s]+)\)/g;

/**
 * Where what stands in the repository is in the site.
 *
 * @param path in the repository, of a file or a folder
 * @returns the page's path, without a suffix
 */
export function pageOf(path) {
  if (path === "docs/examples/README.md") return "examples/index";
  const example = /^docs\/(examples\/[^/]+)/.exec(path);
  if (example !== null) return example[1];
  const document = /^(?:docs\/)?([^/]+)\.md$/.exec(path);
  return document === null ? `source/${path}` : document[1].toLowerCase();
}

/** @returns as a heading has it in links on GitHub: so links to headings lead there in both places */
export function slugOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}

/** @returns the text, with all of it that is in no fence as `change` makes it */
export function outsideFences(text, change) {
  const parts = [""];
  let fence;
  for (const line of text.split(/(?<=\n)/)) {
    const [, mark, info = ""] = FENCE.exec(line) ?? [];
    const begins = fence === undefined && mark !== undefined;
    if (begins) {
      fence = mark;
      parts.push("");
    }
    parts[parts.length - 1] += line;
    if (!begins && fence !== undefined && mark?.startsWith(fence) && info.trim() === "") {
      fence = undefined;
      parts.push("");
    }
  }
  return parts.map((part) => (FENCE.test(part) ? part : change(part))).join("");
}

/**
 * Turns links to files of the repository into links to pages.
 *
 * @param text of a Markdown file
 * @param from its path in the repository
 * @param site.titleOf gives the title of a document by its path: for links whose text is but the file's name
 * @param site.exists says whether there is such a file or folder
 * @param site.linked is told of each file that is linked to
 * @throws Error where a link leads nowhere
 */
export function rewriteLinks(text, from, { titleOf, exists, linked }) {
  const folder = posix.dirname(pageOf(from));
  const toPage = (path) => {
    const to = posix.relative(folder, pageOf(path));
    return to.startsWith(".") ? to : `./${to}`;
  };
  return outsideFences(text, (part) =>
    part.replace(SPAN_OR_LINK, (all, ...rest) => {
      const { code, mark, text: shown, target } = rest.at(-1);
      if (code !== undefined) {
        const isExample = /^docs\/examples\/[\w-]+$/.test(code) && exists(code);
        return isExample ? `[${all}](${toPage(code)}.md)` : all;
      }
      if (/^([a-z]+:|#)/.test(target)) return all;
      const [file, heading] = target.split("#");
      const path = posix.join(posix.dirname(from), file).replace(/\/$/, "");
      if (path.startsWith("..") || !exists(path)) {
        throw new Error(`${from} links to ${target}, and there is no such file.`);
      }
      if (mark === "!") return `![${shown}](./${posix.relative("docs", path)})`;
      linked(path);
      const isName = file.endsWith(".md") && [file, path, posix.basename(file)].includes(shown);
      return `[${isName ? titleOf(path) : shown}](${toPage(path)}.md${heading === undefined ? "" : `#${heading}`})`;
    }),
  );
}
