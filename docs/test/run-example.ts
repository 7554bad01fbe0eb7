import { rmSync, writeFileSync } from "node:fs";
import { type Example, nodeArguments } from "./examples.ts";
import { type AtEnd, node, ROOT, read } from "./node-process.ts";

/** How long a client that has said all may go on until its end counts as none, in milliseconds. */
const MORE_MS = 200;

/** Which addresses of the documentation are where. */
export type Places = Readonly<Record<string, string>>;

/** Serves as a command line of the table has it, but where there is room. @returns where clients and the control port are */
export async function serveExample(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  atEnd: AtEnd,
): Promise<{ public: string; control: string }> {
  const free = { PORT: "0", CONTROL_PORT: "0", HOST: "127.0.0.1", WORKERS: "2" };
  const log = await node(args, { ...env, ...free }, atEnd).said(/"msg":"serving"/);
  const [, address = "", control = ""] = /"public":\["http:\/\/([^"]+)".*?"control":"http:\/\/([^"]+)"/.exec(log) ?? [];
  return { public: address, control };
}

/** Starts all that a row of the table names beside its client. @param redis its address, where one is wanted */
export async function startExample({ commands }: Example, atEnd: AtEnd, redis = ""): Promise<Places> {
  const places: Record<string, string> = {};
  for (const command of commands) {
    const { PORT = "8080", CONTROL_PORT = "8081", ...given } = command.env;
    const env = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, atRedis(value, redis)]));
    const [program = "", ...rest] = nodeArguments(command);
    if (program === "tools/start.mjs") {
      const served = await serveExample([program, ...rest], env, atEnd);
      Object.assign(places, { [`localhost:${PORT}`]: served.public, [`localhost:${CONTROL_PORT}`]: served.control });
    } else {
      const control = `http://${places["localhost:8081"]}`;
      node([program, ...rest], { CONTROL_URL: control, REDIS_URL: redis, ...env }, atEnd);
    }
  }
  return places;
}

/** Runs a client until it ends, or until it has said so many lines and says no more. @returns all that it said */
export async function runClient({ client }: Example, lines: number, places: Places, atEnd: AtEnd): Promise<string> {
  const [, file = ""] = /^`node (dist\/examples\/\S+\/client\.js)`$/.exec(client) ?? [];
  if (file === "") throw new Error(`Nobody knows how to run ${client}.`);
  // the same text with other addresses: those that it names may be in use
  const text = Object.entries(places).reduce((all, [from, to]) => all.replaceAll(from, to), read(file));
  const copy = file.replace(/client\.js$/, `client-${process.pid}.js`);
  writeFileSync(`${ROOT}${copy}`, text);
  atEnd(() => rmSync(`${ROOT}${copy}`, { force: true }));
  return node([copy], {}, atEnd).saidLines(lines, MORE_MS);
}

function atRedis(value: string, redis: string): string {
  return value.replace("redis://localhost", redis);
}
