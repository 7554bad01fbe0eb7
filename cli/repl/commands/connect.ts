import type { Repl } from "../definition.ts";
import { replCommand } from "../definition.ts";
import { optional, word } from "../parameters.ts";
import { readServerUrl } from "../server-url.ts";

export const connect = replCommand({
  usage: "[NAME] [URL]",
  summary: "makes another connection, and uses it",
  details: "URL is that of the command line where there is none here. FUGITIVE_TOKEN_NAME has its token.",
  parameters: { name: optional(word("nothing")), url: optional(word("nothing")) },
  run(repl, { values: { name, url } }) {
    const isUrl = url === undefined && name !== undefined && /:|\./.test(name);
    const address = isUrl ? name : url;
    repl.connections.open(
      isUrl || name === undefined ? freeName(repl) : name.replace(/^@/, ""),
      address === undefined ? repl.defaultUrl : readServerUrl(address),
    );
  },
});

function freeName({ connections }: Repl): string {
  const { names } = connections;
  if (!names.includes("main")) return "main";
  for (let number = 2; ; number++) if (!names.includes(`c${number}`)) return `c${number}`;
}
