// Looks at the built site: every link within it, and every picture, leads to a file, and behind # to something there.
// Nothing of it is fetched from elsewhere.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const TAG = /<(a|img|link|script|source|iframe)\b([^>]*)>/g;
const ATTRIBUTE = /\s(href|src|srcset|id|rel)="([^"]*)"/g;
const ID = /\sid="([^"]*)"/g;
/** What a style sheet would fetch from another host. */
const FETCHED_BY_STYLE = /(?:url\(|@import)\s*["']?(?:https?:)?\/\/[^)"']*/g;

/**
 * @param out folder of the built site
 * @param base where it is to be served, with a slash at both ends
 * @returns what is wrong, each as the page's path and a sentence; how many links and pages there are
 */
export function checkSite(out, base = "/") {
  const files = readdirSync(out, { recursive: true, encoding: "utf8" }).map((name) => name.replaceAll("\\", "/"));
  const pages = files.filter((name) => name.endsWith(".html"));
  const html = new Map(pages.map((name) => [name, readFileSync(join(out, name), "utf8")]));
  const ids = new Map(
    [...html].map(([name, text]) => [name, new Set([...text.matchAll(ID)].map(([, id]) => plain(id)))]),
  );
  const problems = [];
  let links = 0;
  for (const [page, text] of html) {
    const complain = (what) => problems.push({ page: page.replace(/\.html$/, ""), what });
    for (const [, tag, attributes] of text.matchAll(TAG)) {
      const { href, src, srcset, rel } = Object.fromEntries(
        [...attributes.matchAll(ATTRIBUTE)].map(([, name, value]) => [name, plain(value)]),
      );
      if (srcset !== undefined) complain(`has a srcset, which is not looked at: ${srcset}`);
      const target = tag === "a" || tag === "link" ? href : src;
      if (target === undefined || target.startsWith("data:")) continue;
      if (/^([a-z]+:|\/\/)/i.test(target)) {
        if (tag !== "a" && rel !== "canonical") complain(`fetches ${target} from elsewhere`);
        continue;
      }
      links++;
      const wrong = wrongWith(target, page);
      if (wrong !== undefined) complain(`links to ${target}, and ${wrong}`);
    }
  }
  for (const name of files.filter((file) => file.endsWith(".css"))) {
    for (const [fetched] of readFileSync(join(out, name), "utf8").matchAll(FETCHED_BY_STYLE)) {
      problems.push({ page: name, what: `fetches from elsewhere: ${fetched}` });
    }
  }
  return { problems, pages: pages.length, links };

  function wrongWith(target, page) {
    const { pathname, hash } = new URL(target, `http://site${base}${page}`);
    const path = decodeURIComponent(pathname);
    if (!path.startsWith(base)) return `that is outside of ${base}`;
    const file = fileOf(path.slice(base.length));
    if (file === undefined) return "there is no such page or file";
    const id = decodeURIComponent(hash.slice(1));
    return id === "" || ids.get(file)?.has(id) ? undefined : `nothing there is called ${id}`;
  }

  function fileOf(path) {
    const file = path === "" || path.endsWith("/") ? `${path}index.html` : path;
    return [file, `${file}.html`].find((name) => /\.\w+$/.test(name) && existsSync(join(out, name)));
  }
}

function plain(text) {
  return text
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
