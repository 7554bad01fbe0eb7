import { readdirSync } from "node:fs";
import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageUser } from "../server/test/package-user.ts";
import { EXAMPLES, sourcesOf } from "./test/examples.ts";
import { node, ROOT, read } from "./test/node-process.ts";

/** What pieces of code take for granted: what they are about, and names of a reader's own. */
const AROUND = `import type * as inClient from "fugitive/client";
import type * as inCentaurus from "fugitive/centaurus";
import type * as inServer from "fugitive/server";
import type * as inTask from "fugitive/task";
import type * as inWorker from "fugitive/worker";
import type * as zod from "zod";
declare global {
  const client: { stream(name: "checksum", file: Uint8Array): AsyncIterable<{ done: number }> } & inClient.Client;
  const server: inServer.Server, context: inServer.CallContext;
  const connect: typeof inClient.connect, createWorker: typeof inWorker.createWorker, z: typeof zod.z;
  const defineApp: typeof inServer.defineApp, queue: typeof inServer.queue, thread: typeof inServer.thread;
  const AppError: typeof inTask.AppError, Centaurus: typeof inCentaurus.Centaurus;
  const url: string, text: string, file: Uint8Array, id: string;
  function sleep(ms: number): Promise<void>;
  function hash(input: { password: string; rounds: number }): string;
  const accounts: any, checkPassword: any, dialog: any, procedures: any, search: any, show: any, take: any;
}`;

/** The first line of what is a part of a definition, and no code by itself. */
const PART = /^("[^"]*"|\w+): [[{(\w]/;

interface Piece {
  readonly name: string;
  readonly code: string;
}

/** The code of a document in TypeScript, by the lines where it begins, but for the files of examples. */
function piecesOf(file: string): Piece[] {
  const text = read(`docs/${file}`);
  return [...text.matchAll(/^ *```ts\n(.*?)^ *```/gms)]
    .map(({ index, 1: code = "" }) => ({ name: `${file}-${text.slice(0, index).split("\n").length}.ts`, code }))
    .filter(({ code }) => !ofExamples.has(code) && !PART.test(code));
}

const ofExamples = new Set(
  EXAMPLES.flatMap(({ name }) => sourcesOf(name).map((file) => read(`docs/examples/${name}/${file}`))),
);

describe("the guides", () => {
  it("show code that fits the types that there are", async () => {
    const pieces = readdirSync(`${ROOT}docs`)
      .filter((file) => file.endsWith(".md"))
      .flatMap(piecesOf);
    expect(pieces.length).toBeGreaterThan(15);
    const folder = await packageUser({
      "package.json": '{ "type": "module" }',
      "around.d.ts": AROUND,
      // files of which a guide shows but the import
      "others.d.ts": 'declare module "*.ts";',
      "tsconfig.json": JSON.stringify({
        compilerOptions: {
          ...{ target: "es2022", module: "nodenext", lib: ["es2023", "esnext.disposable", "dom", "dom.iterable"] },
          ...{ types: ["node"], strict: true, skipLibCheck: true, noEmit: true, allowImportingTsExtensions: true },
        },
      }),
    });
    await symlink(join(ROOT, "node_modules/zod"), join(folder, "node_modules/zod"), "dir");
    // what returns is the inside of a function
    const asModule = (code: string) =>
      /^ *return /m.test(code) && !/^(im|ex)port /m.test(code)
        ? `export async function piece() {\n${code}}\n`
        : `${code}export {};\n`;
    await Promise.all(pieces.map(({ name, code }) => writeFile(join(folder, name), asModule(code))));
    const compiler = node([join(ROOT, "node_modules/typescript/bin/tsc"), "-p", folder]);
    expect(await compiler.saidLines(1_000, 0)).toBe("");
  });
});
