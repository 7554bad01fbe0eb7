import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { defineApp } from "../app.ts";
import { serve } from "../test/test-server.ts";

async function files(contents: Record<string, string>): Promise<(name: string) => URL> {
  const folder = await mkdtemp(join(tmpdir(), "fugitive-files-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(contents)) await writeFile(join(folder, name), text);
  return (name) => pathToFileURL(join(folder, name));
}

describe("GET /healthz", () => {
  it.each([
    ["there is no check", undefined, 200, "ok\n"],
    ["the check resolves", async () => true, 200, "ok\n"],
    ["the check rejects", () => Promise.reject(new Error("a detail for nobody")), 500, "not well\n"],
    [
      "the check throws",
      (): never => {
        throw new Error("a detail for nobody");
      },
      500,
      "not well\n",
    ],
    ["the check hangs", () => new Promise(() => undefined), 500, "not well\n"],
  ])("where %s", async (_, healthcheck, status, body) => {
    const app = defineApp(healthcheck === undefined ? {} : { healthcheck });
    const { port } = await serve(app, { healthcheckMs: 50 });
    const response = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect([response.status, await response.text()]).toEqual([status, body]);
    expect(response.headers.get("cache-control")).toBe("no-store");
  });
});

it("GET /readyz is ready once the server listens", async () => {
  const { port } = await serve();
  const response = await fetch(`http://127.0.0.1:${port}/readyz`);
  expect([response.status, await response.text()]).toEqual([200, "ready\n"]);
});

describe("files", () => {
  it("are served with their type, and nothing else is", async () => {
    const at = await files({ "index.html": "<h1>hi</h1>", "style.css": "b{}", "data.bin": "\0\u0001" });
    const app = defineApp({
      files: { "/": at("index.html"), "/css/style.css": at("style.css"), "/data": at("data.bin") },
    });
    const { port } = await serve(app);
    const get = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return [response.status, response.headers.get("content-type"), await response.text()];
    };
    expect(await get("/")).toEqual([200, "text/html; charset=utf-8", "<h1>hi</h1>"]);
    expect(await get("/?query=is&ignored")).toEqual([200, "text/html; charset=utf-8", "<h1>hi</h1>"]);
    expect(await get("/css/style.css")).toEqual([200, "text/css; charset=utf-8", "b{}"]);
    expect(await get("/data")).toEqual([200, "application/octet-stream", "\0\u0001"]);
    for (const path of ["/index.html", "/css/", "/css/../data.bin", "/%2e%2e/etc/passwd", "/nowhere"]) {
      expect((await get(path))[0]).toBe(404);
    }
  });

  it("pages may load their own things only, and nothing is taken for what it does not say it is", async () => {
    const at = await files({ "index.html": "<h1>hi</h1>" });
    const { port } = await serve(defineApp({ files: { "/": at("index.html") } }));
    const { headers } = await fetch(`http://127.0.0.1:${port}/`);
    expect(headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("are not sent again where the browser has them", async () => {
    const at = await files({ "index.html": "<h1>hi</h1>" });
    const { port } = await serve(defineApp({ files: { "/": at("index.html") } }));
    const url = `http://127.0.0.1:${port}/`;
    const etag = (await fetch(url)).headers.get("etag") ?? "";
    const again = await fetch(url, { headers: { "if-none-match": etag } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    const other = await fetch(url, { headers: { "if-none-match": '"another"' } });
    expect(other.status).toBe(200);
  });

  it("that are not there end the start, by name", async () => {
    const missing = new URL("./no-such-file.html", import.meta.url);
    await expect(serve(defineApp({ files: { "/": missing } }))).rejects.toThrow("no-such-file.html");
  });
});

it.each(["client.js", "client.mjs", "client-deflate.mjs", "centaurus.js", "centaurus.mjs"])(
  "GET /%s is a bundle that pages of any origin may run",
  async (name) => {
    const { port } = await serve();
    const response = await fetch(`http://127.0.0.1:${port}/${name}`);
    const { headers, status } = response;
    expect([status, headers.get("content-type")]).toEqual([200, "text/javascript; charset=utf-8"]);
    expect(headers.get("access-control-allow-origin")).toBe("*");
    const [, map] = /sourceMappingURL=(\S+)/.exec(await response.text()) ?? [];
    expect(map).toBe(`${name}.map`);
    const { sources } = (await (await fetch(`http://127.0.0.1:${port}/${map}`)).json()) as { sources: string[] };
    expect(sources.join()).toContain(name.startsWith("client") ? "client/" : "centaurus/");
  },
);

it("GET /centaurus.worker.js may make functions of texts, whatever a page may do", async () => {
  const { port } = await serve();
  const { headers, status } = await fetch(`http://127.0.0.1:${port}/centaurus.worker.js`);
  expect([status, headers.get("content-type")]).toEqual([200, "text/javascript; charset=utf-8"]);
  expect(headers.get("content-security-policy")).toBe("script-src 'self' 'unsafe-eval' blob: https:");
});

it("HEAD gets what GET gets, without the body", async () => {
  const { port } = await serve();
  for (const path of ["/healthz", "/readyz"]) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(0);
  }
});

it("other methods, and other paths, are not found", async () => {
  const { port } = await serve();
  for (const [method, path] of [
    ["POST", "/healthz"],
    ["DELETE", "/"],
    ["GET", "/metrics"],
    ["GET", "/"],
  ] as const) {
    expect((await fetch(`http://127.0.0.1:${port}${path}`, { method })).status).toBe(404);
  }
});

it("a WebSocket may be opened at the paths of files and routes as well", async () => {
  const run = await serve();
  for (const path of ["/", "/healthz"]) {
    expect(await (await run.connect({ path })).ask([14, path])).toEqual([15, path]);
  }
});
