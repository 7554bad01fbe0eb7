import type { Config } from "../../../server/config.ts";
import { loadUws, type UwsBinary } from "../../../server/transport/load-uws.ts";
import { type Check, type Finding, ok, problem, warning } from "../check.ts";

/** The last Node.js that the packaged binaries are for. */
const NEWEST_PACKAGED = 22;

export const uws: Check = {
  name: "uWebSockets.js",
  async run({ config }) {
    return [judgeUws(await loadUws(), config.transport, Number(process.versions.node.split(".")[0]))];
  },
};

/** @param major of Node.js: which build is the right one depends on it */
export function judgeUws({ file, missing }: UwsBinary, transport: Config["transport"], major: number): Finding {
  if (missing === undefined) return ok(`${file} loads`);
  if (transport === "ws") return ok("not wanted: ws serves, as TRANSPORT says");
  const version = major > NEWEST_PACKAGED ? "v20.52.0" : "v20.49.0";
  const remedy = `take the official build: npm install "uWebSockets.js@github:uNetworking/uWebSockets.js#${version}" (docs/INSTALL.md)`;
  return transport === "uws"
    ? problem(missing, `${remedy}; or let ws serve: TRANSPORT=auto`)
    : warning(`${missing}: ws serves instead`, remedy);
}
