import { describe, expect, it } from "vitest";
import { OPTIONS } from "../config/options.ts";
import { exemptAddresses } from "./exempt-addresses.ts";

const { type } = OPTIONS.exemptIps;

describe("addresses that nothing is counted for", () => {
  it.each(["none", "loopback", "10.0.0.0/8", "::1, 192.0.2.1,loopback", "2001:db8::/32"])("may be %s", (list) => {
    expect(type.safeParse(list).success).toBe(true);
  });

  it.each(["localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "1.2.3"])("are not %j", (list) => {
    expect(type.safeParse(list).success).toBe(false);
  });

  it("are those in the networks that are listed", () => {
    const listed = exemptAddresses(type.parse("loopback, 10.1.0.0/16, 2001:db8::/32"));
    const all = [
      "127.0.0.1",
      "127.9.9.9",
      "::1",
      "0000:0000:0000:0000:0000:0000:0000:0001",
      "10.1.2.3",
      "2001:db8:1::",
    ];
    expect(all.filter((address) => !listed.has(address))).toEqual([]);
    const others = ["10.2.0.1", "2001:db9::", "", "nonsense", "::ffff:10.9.0.1"];
    expect(others.filter((address) => listed.has(address))).toEqual([]);
    expect(exemptAddresses(["none"]).has("127.0.0.1")).toBe(false);
  });
});
