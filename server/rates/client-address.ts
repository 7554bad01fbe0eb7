import { BlockList, isIP } from "node:net";

/** How many of an IPv6 address's eight groups tell one network from another: whoever has one address there has them all. */
const NETWORK_GROUPS = 4;

/** What an address counts as: an IPv4 address as itself, an IPv6 address as its network of 64 bits. */
export function addressKey(address: string): string {
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

const GROUPS = 8;
const LOOPBACK = ["127.0.0.0/8", "::1"];

/** The parts of a list of addresses, or undefined where it is none. */
function parse(list: string): readonly (readonly [address: string, bits: number])[] | undefined {
  if (list === "none") return [];
  const parts = list.split(",").flatMap((part) => (part.trim() === "loopback" ? LOOPBACK : [part.trim()]));
  const networks = parts.map((part): readonly [string, number] => {
    const [address = "", bits] = part.split("/");
    const most = isIP(address) === 6 ? 128 : 32;
    return [address, bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN];
  });
  const good = networks.every(([address, bits]) => isIP(address) !== 0 && bits <= (isIP(address) === 6 ? 128 : 32));
  return good ? networks : undefined;
}

/** Whether a text lists addresses and networks, like `loopback, 10.0.0.0/8`, or is `none`. */
export function isAddressList(list: string): boolean {
  return parse(list) !== undefined;
}

/** Makes what tells whether an address is in a list. */
export function addressList(list: string): (address: string) => boolean {
  const networks = new BlockList();
  for (const [address, bits] of parse(list) ?? []) networks.addSubnet(address, bits, familyOf(address));
  return (address) => isIP(address) !== 0 && networks.check(address, familyOf(address));
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}
