import * as z from "zod";
import { milliseconds } from "../../server/config/option.ts";
import { oneOf } from "../../server/config/option-types.ts";
import { commandOption } from "../options/command-option.ts";

/** Lines of `--execute`; more belong into a pipe. */
const MOST_LINES = 1_000;

/** What `fugitive repl` can be told, by a flag or in the environment. */
export const REPL_OPTIONS = {
  execute: commandOption<readonly string[]>({
    flag: "execute",
    short: "e",
    many: true,
    type: z.array(z.string()).max(MOST_LINES, `at most ${MOST_LINES} lines`),
    default: [],
    description: "runs this line, and then ends; may be given more than once",
  }),
  keepGoing: commandOption({
    flag: "keep-going",
    alone: "true",
    type: oneOf("true", "false"),
    default: "false",
    description: "a script goes on after a line that failed; the exit code is 1 all the same",
  }),
  timeoutMs: commandOption({
    flag: "timeout-ms",
    type: milliseconds,
    default: 10_000,
    description: "milliseconds to wait for a connection, and for one attempt at a call",
  }),
  url: commandOption({
    env: "FUGITIVE_URL",
    flag: "url",
    type: z.string(),
    default: "ws://localhost:8080",
    description: "where to connect to, where the command line has no URL",
  }),
  token: commandOption({
    env: "FUGITIVE_TOKEN",
    flag: "token",
    type: z.string().max(16_384, "a token of at most 16_384 characters"),
    default: "",
    secret: true,
    description: "token for that server; for the connection NAME to another one, FUGITIVE_TOKEN_NAME",
  }),
};
