import { describe, expect, it } from "vitest";
import { networkOf } from "./network-of.ts";

describe("an address counts", () => {
  it("as itself, where it is of IPv4", () => {
    expect(networkOf("192.0.2.7")).toBe("192.0.2.7");
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
    expect(networkOf(address)).toBe(network);
  });

  it("as it is, where it is no address at all", () => {
    expect(networkOf("")).toBe("");
    expect(networkOf("unknown")).toBe("unknown");
  });
});
