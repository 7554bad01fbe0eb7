import { expect, it } from "vitest";
import { networkOf } from "./network-of.ts";

it("an IPv4 address is one of its own", () => {
  expect(networkOf("192.0.2.7")).toBe("192.0.2.7");
});

it("of an IPv6 address the first half counts, as its owner picks the other", () => {
  const [one, other] = ["2001:0db8:0001:0002:0000:0000:0000:0001", "2001:0db8:0001:0002:ffff:ffff:ffff:ffff"];
  expect(networkOf(one)).toBe("2001:0db8:0001:0002");
  expect(networkOf(other)).toBe(networkOf(one));
  expect(networkOf("2001:0db8:0001:0003:0000:0000:0000:0001")).not.toBe(networkOf(one));
});

it("what is no address is what it is", () => {
  for (const text of ["", "unix", "::1"]) expect(networkOf(text)).toBe(text);
});
