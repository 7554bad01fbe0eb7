import { findPort } from "../../../server/transport/find-port.ts";
import { type Check, type Finding, ok, problem, warning } from "../check.ts";
import { holderOf } from "../system/listeners.ts";
import { reasonOf } from "../words.ts";

/** The command line of a server: not that of whatever is in a folder of that name. */
const OURS = /(?:^|[\s/])fugitive(?:\s|$)|\b(?:cli\/(?:bin|main)\.js|tools\/start\.mjs)\b/;

export const ports: Check = {
  name: "ports",
  async run({ config }) {
    const { host, port, controlHost, controlPort } = config;
    return [
      await judgePort("public", host, port, "PORT"),
      ...(controlPort === "off" ? [] : [await judgePort("control", controlHost, controlPort, "CONTROL_PORT")]),
    ];
  },
};

async function judgePort(what: string, host: string, port: number, option: string): Promise<Finding> {
  if (port === 0) return ok(`${what}: any that is free`);
  const where = `${what} ${host}:${port}`;
  try {
    await findPort(host, port);
    return ok(`${where} is free`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE") return problem(reasonOf(error), `choose another ${option}, or see docs/OPERATIONS.md`);
    const holder = holderOf(port);
    if (holder === undefined)
      return problem(`${where} is taken by another program`, `stop that, or choose another ${option}`);
    const found = `${where} is taken by process ${holder.pid}: ${holder.command}`;
    return OURS.test(holder.command)
      ? warning(found, "it may be the server itself, which runs already")
      : problem(found, `stop that, or choose another ${option}`);
  }
}
