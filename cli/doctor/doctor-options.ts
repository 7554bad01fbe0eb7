import * as z from "zod";
import { milliseconds } from "../../server/config/option.ts";
import { oneOf, wholeNumber } from "../../server/config/option-types.ts";
import { commandOption } from "../options/command-option.ts";

/** Longest that a connection is watched, in seconds: proxies that wait for longer are rare. */
const LONGEST_WATCH_S = 7_200;

/** What `fugitive doctor` can be told beside what configures the server. */
export const DOCTOR_OPTIONS = {
  url: commandOption({
    flag: "url",
    type: z.string().refine((text) => /^(?:wss?|https?):$/.test(URL.canParse(text) ? new URL(text).protocol : ""), {
      error: "a URL like wss://example.com",
    }),
    default: "",
    defaultText: "none",
    description: "public address: connects as a client does, through the proxy that is there",
  }),
  watch: commandOption({
    flag: "watch",
    type: wholeNumber(0, LONGEST_WATCH_S),
    default: 0,
    description:
      "seconds for which that connection is left idle, to see whether it is closed; 90 is more than a heartbeat",
  }),
  json: commandOption({
    flag: "json",
    alone: "true",
    type: oneOf("true", "false"),
    default: "false",
    description: "all that was found as JSON",
  }),
  timeoutMs: commandOption({
    flag: "timeout-ms",
    type: milliseconds,
    default: 5_000,
    description: "milliseconds that one check may take, --watch aside",
  }),
};
