import { isIP } from "node:net";

const GROUPS = 8;
/** How many of an IPv6 address's eight groups tell one network from another: whoever has one address there has them all. */
const NETWORK_GROUPS = 4;

/** What an address counts as: an IPv4 address as itself, an IPv6 address as its network of 64 bits. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  return groupsOf(address).slice(0, NETWORK_GROUPS).join(":");
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(address: string): string[] {
  const [plain = ""] = address.split("%");
  // an address of the other kind at the end is as long as two groups
  const text = plain.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = "", tail] = text.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: GROUPS - before.length - after.length }, () => "0");
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16).toString(16));
}
