import type { App } from "../app.ts";
import { changedTags, checkTagCount, checkTags, NO_TAGS, type Tags } from "../tags/tags.ts";
import type { UpgradeRequest } from "../transport/transport.ts";
import type { PathOptions } from "./path-options.ts";

/** What an application tags a connection with as it comes: undefined, or null, is for no such tag. */
export type FirstTags = (
  request: Pick<UpgradeRequest, "path" | "headers"> & { readonly query: URLSearchParams; readonly ip: string },
) => Readonly<Record<string, string | null | undefined>> | undefined;

export interface PathsOptions {
  readonly paths: readonly PathOptions[];
  /** The application's. */
  readonly tags: App["definition"]["tags"];
  /** Told of what the application threw. */
  failed(error: unknown): void;
}

/** What holds for connections by the path that they were opened at. */
export class Paths {
  readonly #paths: ReadonlyMap<string, PathOptions>;
  readonly #options: PathsOptions;

  constructor(options: PathsOptions) {
    this.#options = options;
    this.#paths = new Map(options.paths.map((path) => [path.path, path]));
  }

  /** Undefined where nothing special holds. */
  of(path: string): PathOptions | undefined {
    return this.#paths.get(path);
  }

  /** What a connection is tagged with as it comes: by its path, and over that by the application. */
  firstTags(request: UpgradeRequest): Tags {
    // shared by all connections of the path, until they are tagged otherwise
    const tags = this.of(request.path)?.tags ?? NO_TAGS;
    const { tags: ofApp, failed } = this.#options;
    if (ofApp === undefined) return tags;
    const { path, headers, query, address: ip } = request;
    try {
      const given = ofApp({ path, headers, query: new URLSearchParams(query), ip });
      if (given === undefined) return tags;
      const changed = changedTags(tags, checkTags(given));
      checkTagCount(changed);
      return changed;
    } catch (error) {
      failed(error);
      return tags;
    }
  }
}
