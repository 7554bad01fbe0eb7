import { describe, expect, it } from "vitest";

const { outsideFences, pageOf, rewriteLinks, slugOf } = await import(new URL("links.mjs", import.meta.url).href);

const FILES = ["docs/CLIENT.md", "docs/HISTORY.md", "docs/examples/01-hello", "deploy/haproxy.cfg", "README.md"];

/** What becomes of a text, and the files that it links to. */
function rewritten(text: string, from = "docs/CLIENT.md") {
  const linked: string[] = [];
  const site = {
    titleOf: (path: string) => `the title of ${path}`,
    exists: (path: string) => FILES.includes(path) || path === "docs/images/one.png",
    linked: (path: string) => linked.push(path),
  };
  return { text: rewriteLinks(text, from, site), linked };
}

describe("links of the documents", () => {
  it("lead from page to page, with their headings", () => {
    expect(rewritten("See [it](HISTORY.md#what-is-kept).").text).toBe("See [it](./history.md#what-is-kept).");
    expect(rewritten("[a](docs/CLIENT.md)", "README.md").text).toBe("[a](./client.md)");
    expect(rewritten("[all](../README.md#measured)").text).toBe("[all](./readme.md#measured)");
    expect(rewritten("[`one`](HISTORY.md)").text).toBe("[`one`](./history.md)");
  });

  it("have the title of the page where their text was but the file's name", () => {
    const title = "the title of docs/HISTORY.md";
    expect(rewritten("[HISTORY.md](HISTORY.md)").text).toBe(`[${title}](./history.md)`);
    expect(rewritten("[docs/HISTORY.md](docs/HISTORY.md)", "README.md").text).toBe(`[${title}](./history.md)`);
  });

  it("lead to a page made for what is none, an example or a file", () => {
    const { text, linked } = rewritten("[e](examples/01-hello) [f](../deploy/haproxy.cfg) ![p](images/one.png)");
    expect(text).toBe("[e](./examples/01-hello.md) [f](./source/deploy/haproxy.cfg.md) ![p](./images/one.png)");
    expect(linked).toEqual(["docs/examples/01-hello", "deploy/haproxy.cfg"]);
    expect(rewritten("in `docs/examples/01-hello`.").text).toBe(
      "in [`docs/examples/01-hello`](./examples/01-hello.md).",
    );
  });

  it("are left as they are where they lead elsewhere, and in code", () => {
    const text =
      "[w](https://www.w3.org/) [h](#here) `[a](b)`\n\n```md\n[c](none.md)\n```\n\n`docs/examples/02-none`\n";
    expect(rewritten(text)).toEqual({ text, linked: [] });
  });

  it("are an error that names the document where they lead nowhere", () => {
    expect(() => rewritten("[x](NONE.md)")).toThrow("docs/CLIENT.md links to NONE.md, and there is no such file.");
    expect(() => rewritten("[x](../../etc/passwd)")).toThrow("there is no such file");
  });
});

it("a fence ends with a line that has nothing but its mark, as long as it began", () => {
  const shout = (text: string) => text.toUpperCase();
  expect(outsideFences("a\n````md\nb\n```\nc\n````\nd\n", shout)).toBe("A\n````md\nb\n```\nc\n````\nD\n");
  expect(outsideFences("a\n```ts\nb\n```js\nc\n```\nd", shout)).toBe("A\n```ts\nb\n```js\nc\n```\nD");
});

it("a heading has the same anchor as on GitHub", () => {
  expect(slugOf("What a `call` costs, and why?")).toBe("what-a-call-costs-and-why");
  expect(slugOf("TLS, proxies & more")).toBe("tls-proxies--more");
  expect(pageOf("CHANGELOG.md")).toBe("changelog");
});
