import { readText } from "../../system/read-file.ts";
import { type Check, type Finding, ok, warning } from "../check.ts";
import { count } from "../words.ts";

const PROC = "/proc/sys/net/ipv4";

export const localPorts: Check = {
  name: "local ports",
  run({ config }) {
    const range = readText(`${PROC}/ip_local_port_range`);
    if (range === undefined) return [];
    const ports = [config.port, config.controlPort].filter((port): port is number => typeof port === "number");
    return judgeLocalPorts(range, readText(`${PROC}/ip_local_reserved_ports`) ?? "", ports);
  },
};

/** @param ports of the server; 0 is any */
export function judgeLocalPorts(range: string, reserved: string, ports: readonly number[]): readonly Finding[] {
  const [low = 0, high = 0] = range.split(/\s+/).map(Number);
  const taken = ports.filter((port) => port >= low && port <= high && !includes(reserved, port));
  const findings = taken.map((port) =>
    warning(
      `${port} is one that the system gives to outgoing connections, ${low} to ${high}: it may be taken at a start`,
      `sysctl -w net.ipv4.ip_local_reserved_ports=${port}, or choose a port below ${low}`,
    ),
  );
  return findings.length > 0
    ? findings
    : [ok(`${low} to ${high}: a proxy on this machine can have ${count(high - low + 1)} connections to one address`)];
}

/** `8080,9000-9010`, as the kernel writes it. */
function includes(reserved: string, port: number): boolean {
  return reserved.split(",").some((part) => {
    const [from, to = from] = part.split("-");
    return part !== "" && port >= Number(from) && port <= Number(to);
  });
}
