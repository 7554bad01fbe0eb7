import { readFileSync } from "node:fs";
import * as z from "zod";
import {
  oneOf,
  optionalText,
  shortText,
  textFor,
  wholeNumber,
  withSeparators,
} from "../../server/config/option-types.ts";
import { MAX_TIMER_MS } from "../../shared/limit.ts";
import { MAX_NAME_LENGTH } from "../../shared/message.ts";
import { commandOption as option } from "../options/command-option.ts";
import { parseAssertions } from "./assertions.ts";
import { parseHeavy } from "./heavy.ts";
import { compileName, compileTemplate } from "./template.ts";

const MOST_SECONDS = 86_400;
const NUMBER = /^\d+(?:_\d+)*(?:\.\d+)?$/;

/** `fugitive load` as its command line has it. */
export const LOAD_OPTIONS = {
  procedure: option({
    flag: "procedure",
    type: shortText(MAX_NAME_LENGTH),
    default: "",
    defaultText: "test.echo of the demo, else $ping",
    description: "what is called",
  }),
  payload: option({
    flag: "payload",
    type: payloadText(),
    default: "",
    defaultText: "nothing",
    description: "its input: JSON, or @FILE; {{i}}, {{client}}, {{random:6}}, {{time}} in strings are filled in",
  }),
  clients: option({
    flag: "clients",
    type: wholeNumber(1, 1_000_000),
    default: 10,
    description: "clients that connect",
  }),
  duration: option({
    flag: "duration",
    type: amount(0.1, MOST_SECONDS),
    default: 0,
    defaultText: "10, or none with --iterations",
    description: "seconds of load, after the ramp",
  }),
  iterations: option({
    flag: "iterations",
    type: wholeNumber(1, 1_000_000_000),
    default: 0,
    defaultText: "no end",
    description: "calls of each client",
  }),
  rate: option({
    flag: "rate",
    type: amount(0.001, 10_000_000),
    default: 0,
    defaultText: "as fast as answers come",
    description: "calls a second of all clients together, whether those before are answered or not",
  }),
  delay: option({
    flag: "delay",
    type: wholeNumber(0, MAX_TIMER_MS),
    default: 0,
    description: "milliseconds between an answer and the client's next call; not with --rate",
  }),
  depth: option({
    flag: "depth",
    type: wholeNumber(1, 100_000),
    default: 0,
    defaultText: "1, or 100 with --rate",
    description: "calls in flight of each client, at most",
  }),
  ramp: option({
    flag: "ramp",
    type: amount(0, MOST_SECONDS),
    default: -1,
    defaultText: "400 clients a second",
    description: "seconds over which clients connect",
  }),
  heavy: option({
    flag: "heavy",
    type: textFor("NAME, or NAME:5%", parseHeavy),
    default: "",
    defaultText: "none",
    alone: "heavy.hash:10%",
    description: "mixes in calls of another procedure: --heavy=NAME:5%; alone, of the demo's heavy.hash",
  }),
  heavyPayload: option({
    flag: "heavy-payload",
    type: payloadText(),
    default: "",
    defaultText: "nothing; a password for heavy.hash",
    description: "the input of that one",
  }),
  publish: option({
    flag: "publish",
    type: nameText(),
    default: "",
    defaultText: "none",
    description: "channel to publish on, instead of calls; beside them, one for one, with --procedure",
  }),
  publishPayload: option({
    flag: "publish-payload",
    type: payloadText(),
    default: '"{{sent}}"',
    description: "what is published; {{sent}} in it tells subscribers when it was sent",
  }),
  subscribe: option({
    flag: "subscribe",
    type: nameText(),
    default: "",
    defaultText: "none",
    description: "channel that every client subscribes to: how long publications take to them",
  }),
  timeout: option({
    flag: "timeout",
    type: wholeNumber(1, MAX_TIMER_MS),
    default: 10_000,
    description: "milliseconds until a call counts as failed; also for connects",
  }),
  attempts: option({
    flag: "attempts",
    type: wholeNumber(1, 100),
    default: 1,
    description: "how often a call may be sent; from 2 on with a key, as clients do by default",
  }),
  processes: option({
    flag: "processes",
    type: wholeNumber(1, 256),
    default: 0,
    defaultText: "half the cores",
    description: "processes that make the load",
  }),
  subprotocol: option({
    flag: "subprotocol",
    type: oneOf("msgpack", "json"),
    default: "msgpack",
    description: "what the frames hold",
  }),
  path: option({
    flag: "path",
    type: z.string().regex(/^\/[^\s?#]*$/, "a path such as /chat"),
    default: "",
    defaultText: "that of URL",
    description: "path to connect to",
  }),
  query: option({
    flag: "query",
    type: optionalText("a query such as a=1&b=2"),
    default: "",
    defaultText: "that of URL",
    description: "query to connect with; {{client}} is filled in",
  }),
  token: option({
    flag: "token",
    env: "LOAD_TOKEN",
    type: optionalText("a token"),
    default: "",
    secret: true,
    description: "who the clients say they are; {{client}} is filled in",
  }),
  assert: option({
    flag: "assert",
    type: textFor("conditions like p99<50,errors<1%", parseAssertions),
    default: "",
    defaultText: "none",
    description:
      "what has to hold, with commas between: p99<50,errors<1%,rate>1000; the exit code is 1 where it does not",
  }),
  json: option({
    flag: "json",
    type: optionalText("a file"),
    default: "",
    defaultText: "none",
    description: "file for the report as JSON",
  }),
  html: option({
    flag: "html",
    type: optionalText("a file"),
    default: "",
    defaultText: "none",
    description: "file for the report as a page with plots",
  }),
  quiet: option({
    flag: "quiet",
    type: yes(),
    default: false,
    defaultText: "off",
    alone: "on",
    description: "prints the summary only",
  }),
  noTty: option({
    flag: "no-tty",
    type: yes(),
    default: false,
    defaultText: "off",
    alone: "on",
    description: "prints plain lines, as into a file, also on a terminal",
  }),
};

/** A number that need not be whole. */
function amount(min: number, max: number): z.ZodType<number> {
  const expected = `a number from ${min} to ${withSeparators(max)}`;
  const read = (text: unknown) =>
    typeof text === "string" && NUMBER.test(text) ? Number(text.replaceAll("_", "")) : text;
  return z.preprocess(read, z.number(expected).min(min, expected).max(max, expected));
}

function yes(): z.ZodType<boolean> {
  return z.preprocess((text) => ({ on: true, off: false })[String(text)], z.boolean("on or off"));
}

function payloadText(): z.ZodType<string> {
  return textFor("JSON, or @ and a file of it", (text) => {
    if (!text.startsWith("@")) compileTemplate(JSON.parse(text));
  });
}

function nameText(): z.ZodType<string> {
  return textFor("the name of a channel", compileName);
}

const MOST_FILE_BYTES = 16_777_216;

/** What a payload's text stands for, a file read. @throws Error what is wrong with it */
export function readPayload(text: string, resolvePath: (path: string) => string): unknown {
  if (text === "") return undefined;
  if (!text.startsWith("@")) return JSON.parse(text);
  const content = readFileSync(resolvePath(text.slice(1)));
  if (content.length > MOST_FILE_BYTES) throw new Error(`${text.slice(1)} is larger than 16 MiB`);
  const value: unknown = JSON.parse(content.toString("utf8"));
  compileTemplate(value);
  return value;
}
