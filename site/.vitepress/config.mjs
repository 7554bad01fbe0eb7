import { readFileSync } from "node:fs";
import { slugOf } from "../links.mjs";
import { sidebar } from "../navigation.mjs";
import { exampleNames } from "../pages.mjs";

const api = JSON.parse(readFileSync(new URL("../pages/api/sidebar.json", import.meta.url), "utf8"));
const base = process.env.DOCS_BASE ?? "/";

/** VitePress takes `{{` for an expression of Vue's wherever it is not in a fence; here it is text. */
function literalBraces(markdown) {
  for (const name of ["text", "code_inline"]) {
    const render = markdown.renderer.rules[name];
    markdown.renderer.rules[name] = (...given) => render(...given).replaceAll("{{", "&#123;&#123;");
  }
}

// biome-ignore lint/style/noDefaultExport: VitePress reads the default export
export default {
  base,
  srcDir: "pages",
  outDir: "dist",
  cacheDir: "node_modules/.vitepress",
  lang: "en",
  title: "Fugitive",
  description:
    "A WebSocket application server for one big machine, in TypeScript, and its client for browsers and Node.js.",
  head: [["link", { rel: "icon", type: "image/svg+xml", href: `${base}mark.svg` }]],
  // they name the reader's own server
  ignoreDeadLinks: "localhostLinks",
  markdown: {
    anchor: { slugify: slugOf },
    // braces are text on GitHub
    attrs: { disable: true },
    // which is not known to the highlighter, and looks much like it
    languageAlias: { haproxy: "nginx" },
    config: literalBraces,
  },
  themeConfig: {
    logo: "/mark.svg",
    nav: [
      { text: "Start", link: "/start" },
      { text: "Client", link: "/client" },
      { text: "Configuration", link: "/configuration" },
      { text: "API", link: "/api/", activeMatch: "/api/" },
      { text: "What is new", link: "/changelog" },
    ],
    sidebar: { "/api/": [{ text: "API", link: "/api/", items: api }], "/": sidebar(exampleNames()) },
    outline: [2, 3],
    search: { provider: "local" },
  },
};
