import { OPTION_KEYS, OPTIONS } from "../config/options.ts";
import type { Config } from "../config.ts";

/** A configuration without its secrets: they are as if they had never been given. */
export function shownConfig(config: Config): Config {
  const shown = OPTION_KEYS.map((key) => [key, OPTIONS[key].secret ? OPTIONS[key].default : config[key]]);
  return Object.freeze(Object.fromEntries(shown) as Config);
}
