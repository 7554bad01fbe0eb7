import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";

const { pruneTypes } = await import(new URL("prune-types.mjs", import.meta.url).href);

const FILES = {
  "a/index.d.ts": 'export * from "./named.js";\nexport type Far = import("../b/within.js").Far;\n',
  "a/index.js": "",
  "a/named.d.ts": '// import { it } from "./never.ts";\nimport type { Cycle } from "./index.js";\n',
  "a/nobody.d.ts": "export {};\n",
  "b/within.d.ts": 'import type { Deep } from "./deep.ts";\n',
  "b/deep.d.ts": "export {};\n",
  "b/other.d.ts": 'import "./index.js";\n',
  "cjs/index.d.ts": "export {};\n",
};

it("what no entry of a package reaches is removed of declarations, and nothing else", () => {
  const folder = mkdtempSync(join(tmpdir(), "fugitive-types-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  pruneTypes(folder, {
    "./a": {
      types: { require: "./dist/cjs/index.d.ts", default: "./dist/a/index.d.ts" },
      default: "./dist/a/index.js",
    },
    "./package.json": "./package.json",
  });
  const left = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.\w+$/.test(name));
  expect(left.sort()).toEqual(
    Object.keys(FILES)
      .filter((name) => !/nobody|other/.test(name))
      .sort(),
  );
});
