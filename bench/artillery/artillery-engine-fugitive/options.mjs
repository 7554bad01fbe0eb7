import { Fields } from "./fields.mjs";

const MOST_ATTEMPTS = 100;
const CONNECT_MS = 10_000;

/** What `config.engines.fugitive` may say, for all users. */
export const OPTIONS = ["timeoutMs", "attempts", "connectTimeoutMs", "token"];

/** Reads that, as options of the client. @throws ScriptError */
export function readOptions(spec) {
  const where = "config.engines.fugitive";
  const fields = new Fields(spec, where, OPTIONS);
  return {
    timeoutMs: fields.milliseconds("timeoutMs"),
    // Artillery has filled in what was to be
    attempts: fields.raw("attempts") === undefined ? undefined : fields.count("attempts", 1, MOST_ATTEMPTS)(),
    connectTimeoutMs: fields.milliseconds("connectTimeoutMs", CONNECT_MS),
    token: fields.plainText("token"),
  };
}
