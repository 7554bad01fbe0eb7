import { describe, expect, it } from "vitest";
import { addressKey, addressList, isAddressList } from "./client-address.ts";

describe("an address counts", () => {
  it("as itself, where it is of IPv4", () => {
    expect(addressKey("192.0.2.7")).toBe("192.0.2.7");
  });

  it.each([
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:0db8:0001:0002:0000:0000:0000:0001", "2001:db8:1:2"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["2001:DB8::", "2001:db8:0:0"],
    ["::1", "0:0:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
    ["64:ff9b::192.0.2.7", "64:ff9b:0:0"],
  ])("as its network of 64 bits, where it is %s", (address, network) => {
    expect(addressKey(address)).toBe(network);
  });

  it("as it is, where it is no address at all", () => {
    expect(addressKey("")).toBe("");
    expect(addressKey("unknown")).toBe("unknown");
  });
});

describe("a list of addresses", () => {
  it.each(["none", "loopback", "10.0.0.0/8", "::1, 192.0.2.1,loopback", "2001:db8::/32"])("may be %s", (list) => {
    expect(isAddressList(list)).toBe(true);
  });

  it.each(["", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "loopback,", "1.2.3"])(
    "is not %j",
    (list) => expect(isAddressList(list)).toBe(false),
  );

  it("has what lies in its networks", () => {
    const listed = addressList("loopback, 10.1.0.0/16, 2001:db8::/32");
    const all = [
      "127.0.0.1",
      "127.9.9.9",
      "::1",
      "0000:0000:0000:0000:0000:0000:0000:0001",
      "10.1.2.3",
      "2001:db8:1::",
    ];
    expect(all.filter((address) => !listed(address))).toEqual([]);
    expect(["10.2.0.1", "2001:db9::", "", "nonsense", "::ffff:10.9.0.1"].filter(listed)).toEqual([]);
    expect(addressList("none")("127.0.0.1")).toBe(false);
  });
});
