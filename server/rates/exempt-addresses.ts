import { AddressRanges } from "../transport/address-ranges.ts";

/** Stands for all addresses of this host's own. */
export const LOOPBACK = "loopback";
/** Stands for no address at all, where a list has to say so. */
export const NOBODY = "none";

const LOOPBACK_RANGES = ["127.0.0.0/8", "::1"];

/** Addresses that nothing is counted for, as the option `exemptIps` lists them. */
export function exemptAddresses(list: readonly string[]): AddressRanges {
  return new AddressRanges(
    list.filter((entry) => entry !== NOBODY).flatMap((entry) => (entry === LOOPBACK ? LOOPBACK_RANGES : [entry])),
  );
}
