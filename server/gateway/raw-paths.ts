import type { PathOptions } from "../paths/path-options.ts";
import type { GatewayPath } from "./gateway-streams.ts";
import { compileJsonVariables } from "./json-variables.ts";

/** What events of raw connections need to know of their paths, by path. */
export function rawPaths(paths: readonly PathOptions[]): ReadonlyMap<string, GatewayPath> {
  const raw = paths.filter(({ mode }) => mode === "raw");
  return new Map(
    raw.map(({ path, streamTags, json }) => [path, { path, streamTags, json: compileJsonVariables(json) }]),
  );
}
