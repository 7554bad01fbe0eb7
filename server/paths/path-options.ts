import * as z from "zod";
import { MAX_NAME_LENGTH } from "../../shared/message.ts";
import { compileJsonVariables } from "../gateway/json-variables.ts";
import { checkTagCount, checkTags, type Tags } from "../tags/tags.ts";

/** What holds for one path of the public port that WebSockets are opened at. */
export interface PathOptions {
  /** As it stands in the URL, without a query. */
  readonly path: string;
  /** Whether clients speak the protocol there, or any plain WebSocket client connects and its messages are passed on. */
  readonly mode: "app" | "raw";
  /** File of a module with an application of its own, from the working directory. @default that of all other paths */
  readonly app?: string | undefined;
  /** What its connections are tagged with from the beginning. */
  readonly tags: Tags;
  /** Bytes of one message. @default the server's */
  readonly maxPayload?: number | undefined;
  /** Names of tags that ride along with events of raw connections. */
  readonly streamTags: readonly string[];
  /** Values of JSON messages by names of variables: `{ "command": "data.command" }`. */
  readonly json: Readonly<Record<string, string>>;
}

/** Paths that have an application of their own. */
export function appPaths(paths: readonly PathOptions[]): readonly string[] {
  return paths.filter(({ app }) => app !== undefined).map(({ path }) => path);
}

const MOST_PATHS = 1_000;
const MOST_BYTES = 1_073_741_824;
/** What a URL's path may be made of, as browsers send it: https://www.rfc-editor.org/rfc/rfc3986#section-3.3 */
const PATH = /^\/[\w\-.~!$&'()*+,;=:@%/]*$/;
const EXPECTED = 'a list of paths, like [{ "path": "/connect", "mode": "raw", "tags": { "foo": "bar" } }]';

const tags = z.record(z.string(), z.string()).refine((given) => {
  try {
    checkTagCount(checkTags(given) as Tags);
    return true;
  } catch {
    return false;
  }
});

const variables = z.record(z.string(), z.string()).superRefine((given, context) => {
  try {
    compileJsonVariables(given);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
  }
});

const path = z.strictObject({
  path: z.string().regex(PATH).max(1_024),
  mode: z.enum(["app", "raw"]).default("app"),
  app: z.string().min(1).max(4_096).optional(),
  tags: tags.default({}),
  maxPayload: z.int().min(1).max(MOST_BYTES).optional(),
  streamTags: z.array(z.string().min(1).max(MAX_NAME_LENGTH)).max(100).default([]),
  json: variables.default({}),
});

/** The option's type: a list in a file and in code, and JSON elsewhere. */
export function pathList(): z.ZodType<readonly PathOptions[]> {
  const parsed = (value: unknown): unknown => {
    if (typeof value !== "string") return value;
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  };
  const list = z
    .array(path)
    .max(MOST_PATHS)
    .refine((paths) => paths.every(({ mode, app }) => mode === "app" || app === undefined), "a raw path has no app")
    .refine((paths) => new Set(paths.map((one) => one.path)).size === paths.length, "each path once");
  return z.preprocess(parsed, z.unknown()).transform((value, context) => {
    const result = list.safeParse(value);
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    const where = issue?.path.length ? `; look at ${issue.path.join(".")}: ${issue.message}` : "";
    context.addIssue({ code: "custom", message: `${EXPECTED}${where}` });
    return z.NEVER;
  });
}
