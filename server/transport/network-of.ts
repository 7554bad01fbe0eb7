/** How an IPv6 address stands in the text of the transport: eight groups of four digits. */
const IPV6 = /^([\da-f]{4}:){7}[\da-f]{4}$/;
/** The first half of it, which is a network's: the other half is whatever its owner picks. */
const NETWORK_LENGTH = 19;

/** Who an address belongs to, where clients are told apart by that: an IPv4 address itself, or an IPv6 network of 64 bits. */
export function networkOf(address: string): string {
  return IPV6.test(address) ? address.slice(0, NETWORK_LENGTH) : address;
}
