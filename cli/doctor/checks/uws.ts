import { loadUws } from "../../../server/transport/load-uws.ts";
import { type Check, ok, warning } from "../check.ts";

export const uws: Check = {
  name: "uWebSockets.js",
  async run() {
    const { file, missing } = await loadUws();
    if (missing === undefined) return [ok(`${file} loads`)];
    const version = Number(process.versions.node.split(".")[0]) > 22 ? "v20.52.0" : "v20.49.0";
    return [
      warning(
        missing,
        `take the official build: npm install "uWebSockets.js@github:uNetworking/uWebSockets.js#${version}" (docs/INSTALL.md)`,
      ),
    ];
  },
};
