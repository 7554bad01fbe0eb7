import { parseArgs } from "node:util";
import type { CommandOptions } from "../options/command-option.ts";

/** Tells the flags of a command from the others, which may be those of the server's configuration. */
export function splitFlags(options: CommandOptions, argv: readonly string[]): { own: string[]; others: string[] } {
  const byFlag = new Map(Object.values(options).map((option) => [option.flag, option]));
  const { tokens } = parseArgs({
    ...{ args: [...argv], strict: false, allowPositionals: true, tokens: true },
    options: Object.fromEntries(
      [...byFlag].map(([flag, { alone }]) => [flag, { type: alone === undefined ? "string" : "boolean" }] as const),
    ),
  });
  const own = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== "option" || !(byFlag.has(token.name) || ["help", "h"].includes(token.name))) continue;
    own.add(token.index);
    if (token.value !== undefined && !token.inlineValue) own.add(token.index + 1);
  }
  return {
    own: argv.filter((_, at) => own.has(at)),
    others: argv.filter((_, at) => !own.has(at)),
  };
}
