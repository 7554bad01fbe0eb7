import { readNumber } from "../../system/read-file.ts";
import { type Check, type Finding, ok, warning } from "../check.ts";
import { count } from "../words.ts";

/** What the server asks for. */
const BACKLOG = 4_096;
/** Handshakes that are half done; beyond, Linux answers with SYN cookies, where it may. */
const HALF_OPEN = 1_024;

export const backlog: Check = {
  name: "backlog",
  run: () =>
    judgeBacklog(readNumber("/proc/sys/net/core/somaxconn"), readNumber("/proc/sys/net/ipv4/tcp_max_syn_backlog")),
};

export function judgeBacklog(somaxconn: number | undefined, synBacklog: number | undefined): readonly Finding[] {
  const findings: Finding[] = [];
  if (somaxconn !== undefined && somaxconn < BACKLOG) {
    findings.push(
      warning(
        `net.core.somaxconn is ${count(somaxconn)}: so many connections may come at one moment, and the rest tries again`,
        `sysctl -w net.core.somaxconn=${BACKLOG}`,
      ),
    );
  }
  if (synBacklog !== undefined && synBacklog < HALF_OPEN) {
    findings.push(
      warning(
        `net.ipv4.tcp_max_syn_backlog is ${count(synBacklog)}`,
        `sysctl -w net.ipv4.tcp_max_syn_backlog=${BACKLOG}`,
      ),
    );
  }
  if (findings.length > 0 || somaxconn === undefined) return findings;
  return [
    ok(`somaxconn ${count(somaxconn)}${synBacklog === undefined ? "" : `, tcp_max_syn_backlog ${count(synBacklog)}`}`),
  ];
}
