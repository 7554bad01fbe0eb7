// The codec that the server has for each connection, with what deflates for it. The build has it inside of larger files, so it
// is bundled here once more, alone, from the same sources.
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CONTENTS = `
export { createMsgpackCodec } from "./shared/msgpack-codec.ts";
export { zlibDeflate } from "./server/connection/zlib-deflate.ts";
export { LIMIT_OPTIONS } from "./server/config/limit-options.ts";
`;

/** @returns `{ encode, decode }`: a message to the bytes of its frame, and back, with the server's defaults */
export async function serverCodec() {
  // where what it imports is found, and where nothing is kept
  const folder = await mkdtemp(join(ROOT, "node_modules", ".bench-codec-"));
  try {
    const outfile = join(folder, "codec.mjs");
    await build({
      ...{ stdin: { contents: CONTENTS, resolveDir: ROOT, loader: "ts" }, absWorkingDir: ROOT, outfile },
      ...{ bundle: true, packages: "external", platform: "node", format: "esm", target: "es2022", logLevel: "error" },
    });
    const { createMsgpackCodec, zlibDeflate, LIMIT_OPTIONS } = await import(pathToFileURL(outfile).href);
    const deflateThreshold = LIMIT_OPTIONS.deflateThreshold.default;
    const codec = createMsgpackCodec({ deflate: zlibDeflate, deflateThreshold });
    return { encode: (message) => codec.frame([codec.encode(message)]), decode: codec.decode };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
