import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { constants, runInThisContext } from "node:vm";
import type { Script } from "../message.ts";

/** Runs a classic script, as `importScripts` does: what it declares is global. */
export async function loadScript(script: Script): Promise<void> {
  const text = (await read(script)).toString();
  // it may import what it needs
  runInThisContext(text, { filename: script.url, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER });
}

/** Imports a module. One from elsewhere, or whose hash is checked, has to be of one piece. */
export async function loadModule(script: Script): Promise<object> {
  if (script.integrity === undefined && script.url.startsWith("file:")) return import(script.url);
  return import(`data:text/javascript;base64,${(await read(script)).toString("base64")}`);
}

async function read({ url, integrity }: Script): Promise<Buffer> {
  const bytes = url.startsWith("file:") ? await readFile(new URL(url)) : await download(url);
  if (integrity !== undefined && !strongest(integrity).some((hash) => matches(bytes, hash))) {
    throw new Error(`its content has not the hash ${integrity}`);
  }
  return bytes;
}

async function download(url: string): Promise<Buffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}

/** Where there are hashes of several kinds, only the strongest count. */
function strongest(integrity: string): string[] {
  const hashes = integrity.split(/\s+/);
  const kind = ["sha512-", "sha384-", "sha256-"].find((one) => hashes.some((hash) => hash.startsWith(one)));
  return hashes.filter((hash) => kind !== undefined && hash.startsWith(kind));
}

/** https://www.w3.org/TR/sri-2/#integrity-metadata-description */
function matches(bytes: Buffer, hash: string): boolean {
  const [, algorithm, expected] = /^(sha256|sha384|sha512)-([^?]+)/.exec(hash) ?? [];
  return algorithm !== undefined && createHash(algorithm).update(bytes).digest("base64") === expected;
}
