import { readNumber } from "../../system/read-file.ts";
import { type Check, ok, warning } from "../check.ts";
import { count } from "../words.ts";

const PROC = "/proc/sys/net/netfilter";
/** From this part on, not much is left. */
const FULL = 0.8;
/** A limit below this is reached by clients before anything else is. */
const FEW = 65_536;

export const conntrack: Check = {
  name: "conntrack",
  run() {
    const [max, used] = ["max", "count"].map((what) => readNumber(`${PROC}/nf_conntrack_${what}`));
    return max === undefined || used === undefined ? [] : [judgeConntrack(used, max)];
  },
};

/** Where a firewall follows connections, each has an entry, and none is let in beyond the table. */
export function judgeConntrack(used: number, max: number) {
  const found = `${count(used)} of ${count(max)} connections that the firewall can follow`;
  const remedy = `sysctl -w net.netfilter.nf_conntrack_max=${Math.max(262_144, max * 2)}, or do not follow this port (NOTRACK)`;
  return used > max * FULL || max < FEW ? warning(found, remedy) : ok(found);
}
